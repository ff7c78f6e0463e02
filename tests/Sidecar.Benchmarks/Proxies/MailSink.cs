using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>
/// A relay that takes mails as cheaply as one can and remembers the code of each. It can be shut for a while, so that a full
/// queue is what is measured and not how fast it fills.
/// </summary>
internal sealed partial class MailSink : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;
    private int taken;

    public MailSink()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(64);
        accepting = AcceptAsync();
    }

    public int Port => listener.Port();

    /// <summary>Mails so far.</summary>
    public int Taken => Volatile.Read(ref taken);

    /// <summary>No mail is confirmed before this ends.</summary>
    public Task Open { get; set; } = Task.CompletedTask;

    /// <summary>The last code mailed to an address.</summary>
    public ConcurrentDictionary<string, string> Codes { get; } = new(StringComparer.OrdinalIgnoreCase);

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
                _ = ServeAsync(await listener.AcceptAsync(stop.Token));
            }
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            socket.NoDelay = true;
            using var stream = new NetworkStream(socket, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            await ReplyAsync(stream, "220 sink ESMTP");
            var recipient = "";
            while (await reader.ReadLineAsync(stop.Token) is { } line)
            {
                if (line.StartsWith("EHLO", StringComparison.OrdinalIgnoreCase))
                {
                    await ReplyAsync(stream, "250-sink\r\n250-8BITMIME\r\n250 PIPELINING");
                }
                else if (line.StartsWith("RCPT", StringComparison.OrdinalIgnoreCase))
                {
                    recipient = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                    await ReplyAsync(stream, "250 ok");
                }
                else if (line.Equals("DATA", StringComparison.OrdinalIgnoreCase))
                {
                    await ReplyAsync(stream, "354 go on");
                    await TakeAsync(reader, recipient);
                    await Open;
                    await ReplyAsync(stream, "250 taken");
                    Interlocked.Increment(ref taken);
                }
                else if (line.Equals("QUIT", StringComparison.OrdinalIgnoreCase))
                {
                    await ReplyAsync(stream, "221 bye");
                    return;
                }
                else
                {
                    await ReplyAsync(stream, "250 ok");
                }
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The sidecar closed, or the end.
        }
    }

    private async Task TakeAsync(StreamReader reader, string recipient)
    {
        var (code, heads) = ("", 0);
        while (await reader.ReadLineAsync(stop.Token) is { } line && line != ".")
        {
            // Behind the heads of the mail and of the text part, which comes first, with the code as its only run of eight capitals;
            // what separates the parts is random letters, and named in the mail's head.
            heads += line.Length == 0 ? 1 : 0;
            if (code.Length == 0 && heads > 1 && Code().Match(line) is { Success: true } found)
            {
                code = found.Value;
            }
        }

        Codes[recipient] = code;
    }

    private ValueTask ReplyAsync(NetworkStream stream, string reply) => stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\n"), stop.Token);

    [GeneratedRegex(@"\b[A-Z]{8}\b")]
    private static partial Regex Code();
}
