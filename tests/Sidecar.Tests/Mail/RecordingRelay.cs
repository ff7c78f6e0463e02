using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.Tests.Mail;

/// <summary>
/// A relay that works, for many connections at once, and writes down what each of them said. A test may answer a line itself:
/// null is the usual answer, <see cref="HangUp"/> ends the connection, <see cref="Silence"/> says nothing.
/// </summary>
internal sealed class RecordingRelay : IAsyncDisposable
{
    public const string HangUp = "hang up";
    public const string Silence = "silence";

    private readonly ConcurrentDictionary<int, TcpClient> _open = new();
    private readonly ConcurrentQueue<(int Connection, string Line)> _heard = new();
    private readonly ConcurrentBag<Task> _talks = [];
    private readonly Func<int, string, string?> _answer;
    private readonly string[] _capabilities;
    private TcpListener? _listener;
    private int _connections;

    /// <param name="answer">Asked for each line, with the number of its connection from 1; the greeting is asked for as an empty line.</param>
    /// <param name="capabilities">What EHLO offers.</param>
    public RecordingRelay(Func<int, string, string?>? answer = null, params string[] capabilities)
    {
        (_answer, _capabilities) = (answer ?? (static (_, _) => null), capabilities);
        Start();
    }

    public int Port { get; private set; }

    /// <summary>Connections taken so far.</summary>
    public int Connections => _connections;

    /// <summary>Connections that are open now.</summary>
    public int Open => _open.Count;

    /// <summary>What was said: the number of the connection, and the line.</summary>
    public IReadOnlyList<(int Connection, string Line)> Heard => [.. _heard];

    /// <summary>Recipients whose mail was taken, as they stood in RCPT TO.</summary>
    public ConcurrentQueue<string> Taken { get; } = new();

    public void Start()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _talks.Add(AcceptAsync(_listener));
    }

    /// <summary>Ends all connections and takes no new one, as a relay does that is stopped.</summary>
    public void Stop()
    {
        _listener?.Dispose();
        DropAll();
    }

    public void DropAll()
    {
        foreach (var client in _open.Values)
        {
            client.Dispose();
        }
    }

    public int Count(string start) => _heard.Count(heard => heard.Line.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    public async ValueTask DisposeAsync()
    {
        Stop();
        await Task.WhenAll(_talks);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                var number = Interlocked.Increment(ref _connections);
                _open[number] = client;
                _talks.Add(TalkAsync(client, number));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task TalkAsync(TcpClient client, int number)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.UTF8);
                var (recipient, inText) = ("", false);
                for (string? line = ""; line is not null; line = await reader.ReadLineAsync())
                {
                    if (inText && line != ".")
                    {
                        continue;
                    }

                    _heard.Enqueue((number, line));
                    var answer = _answer(number, line) ?? Usual(line);
                    recipient = line.StartsWith("RCPT", StringComparison.Ordinal) ? line : recipient;
                    inText = answer.StartsWith("354", StringComparison.Ordinal);
                    if (line == "." && answer.StartsWith("250", StringComparison.Ordinal))
                    {
                        Taken.Enqueue(recipient["RCPT TO:<".Length..recipient.LastIndexOf('>')]);
                    }

                    if (answer == HangUp)
                    {
                        return;
                    }

                    if (answer != Silence)
                    {
                        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer + "\r\n"));
                    }

                    if (line == "QUIT")
                    {
                        return;
                    }
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException)
        {
            // The client left, or the test ended the connection.
        }
        finally
        {
            _open.TryRemove(number, out _);
        }
    }

    private string Usual(string line) => line.Split(' ')[0] switch
    {
        "" => "220 relay ESMTP",
        "EHLO" => string.Join("\r\n", (string[])["250-relay", .. _capabilities.Select(static name => "250-" + name), "250 ENHANCEDSTATUSCODES"]),
        "AUTH" => "235 2.7.0 welcome",
        "DATA" => "354 go on",
        "QUIT" => "221 2.0.0 bye",
        _ => "250 2.0.0 ok",
    };
}
