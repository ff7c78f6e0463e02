using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sidecar.Tests.Mail;

/// <summary>
/// A relay that goes wrong as written. Each line of the dialogue is one step: <c>S: …</c> is said, <c>C: …</c> is what the
/// client must begin its next line with, <c>tls</c> begins TLS, <c>silence</c> says nothing until the client leaves, and the
/// end of the dialogue hangs up. Every connection gets the dialogue from its start.
/// </summary>
internal sealed class FaultySmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly string[] _dialogue;
    private readonly X509Certificate2? _certificate;

    public FaultySmtpServer(string dialogue, X509Certificate2? certificate = null)
    {
        _dialogue = dialogue.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        _certificate = certificate;
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Everything clients said.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>What the server did not expect to hear.</summary>
    public List<string> Unexpected { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await TalkAsync(client.GetStream());
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or SocketException or InvalidOperationException
                or System.Security.Authentication.AuthenticationException)
            {
                // The client left, which is what most of these tests make it do.
            }
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        foreach (var step in _dialogue)
        {
            if (step == "tls")
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                stream = tls;
            }
            else if (step == "silence")
            {
                while (await ReadLineAsync(stream) is not null)
                {
                }
            }
            else if (step.StartsWith("S: ", StringComparison.Ordinal))
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(step[3..] + "\r\n"), _stop.Token);
            }
            else if (await ReadLineAsync(stream) is not { } line)
            {
                return;
            }
            else if (!line.StartsWith(step.Length > 3 ? step[3..] : "", StringComparison.Ordinal))
            {
                Unexpected.Add(line);
            }
        }
    }

    private async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            if (one[0] == '\n')
            {
                Heard.Add(line.ToString().TrimEnd('\r'));
                return Heard[^1];
            }

            line.Append((char)one[0]);
        }

        return null;
    }
}
