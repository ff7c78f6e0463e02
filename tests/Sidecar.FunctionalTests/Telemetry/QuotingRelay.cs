using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>A relay that repeats what it was told in every answer, refusals included, as some do; it keeps what it takes.</summary>
internal sealed class QuotingRelay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<MimeMessage> mails = [];
    private readonly Task accepting;

    public QuotingRelay()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The recipient that is refused.</summary>
    public string Refused { get; set; } = "nobody";

    public MimeMessage? MailTo(string email) => mails.FirstOrDefault(mail => mail.To.Mailboxes.Any(box => box.Address == email));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = TalkAsync(await listener.AcceptTcpClientAsync(stop.Token));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or InvalidOperationException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
                await writer.WriteLineAsync("220 quoting");
                while (await reader.ReadLineAsync(stop.Token) is { } line)
                {
                    if (line == "DATA")
                    {
                        await writer.WriteLineAsync("354 go on");
                        await TakeAsync(reader);
                    }

                    await writer.WriteLineAsync(line.StartsWith("RCPT", StringComparison.Ordinal) && line.Contains(Refused, StringComparison.Ordinal)
                        ? $"550 5.1.1 <{Refused}>: {line}: nobody here by that name"
                        : line.StartsWith("EHLO", StringComparison.Ordinal) ? "250 quoting" : $"250 2.0.0 {line}");
                }
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // The sidecar hung up.
            }
        }
    }

    private async Task TakeAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(stop.Token) is { } line && line != ".")
        {
            text.Append(line).Append("\r\n");
        }

        using var stream = new MemoryStream(Encoding.Latin1.GetBytes(text.ToString()));
        mails.Enqueue(await MimeMessage.LoadAsync(stream, stop.Token));
    }
}
