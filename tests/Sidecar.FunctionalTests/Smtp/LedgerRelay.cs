using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>
/// A relay that keeps the order of RFC 5321, writes down every mail it took, and for each whether the client was still there
/// after the answer: where it was not, nobody can know whether the mail was heard to be taken.
/// </summary>
internal sealed class LedgerRelay : IAsyncDisposable
{
    /// <summary>The longest the relay thinks before it takes a mail.</summary>
    private const int MostMilliseconds = 20;

    private readonly LoopbackServer server;

    public LedgerRelay() => server = new LoopbackServer(TalkAsync);

    public int Port => server.Port;

    public ConcurrentQueue<TakenMail> Taken { get; } = new();

    /// <summary>Awaited before a recipient is answered; not at all by default.</summary>
    public Func<Task> BeforeRecipient { get; set; } = static () => Task.CompletedTask;

    /// <summary>Commands out of order.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task TalkAsync(NetworkStream stream, CancellationToken stop)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 relay ESMTP");
        var (hasSender, recipient) = (false, "");
        TakenMail? last = null;
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            last?.HeardAgain();
            last = null;
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await writer.WriteLineAsync("250-relay\r\n250 ENHANCEDSTATUSCODES");
                    break;
                case "MAIL" when !hasSender:
                    hasSender = true;
                    await writer.WriteLineAsync("250 2.1.0 ok");
                    break;
                case "RCPT" when hasSender && recipient.Length == 0:
                    recipient = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                    await BeforeRecipient().WaitAsync(stop);
                    await writer.WriteLineAsync("250 2.1.5 ok");
                    break;
                case "DATA" when recipient.Length > 0:
                    await writer.WriteLineAsync("354 go on");
                    last = new TakenMail(recipient, await MessageIdAsync(reader, stop));
                    (hasSender, recipient) = (false, "");
                    await Task.Delay(RandomNumberGenerator.GetInt32(MostMilliseconds), stop);
                    Taken.Enqueue(last);
                    await writer.WriteLineAsync("250 2.0.0 taken");
                    last.Answered();
                    break;
                case "RSET":
                    (hasSender, recipient) = (false, "");
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "NOOP":
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    Violations.Enqueue(line);
                    await writer.WriteLineAsync("503 5.5.1 not now");
                    break;
            }
        }
    }

    /// <summary>Reads a whole mail; one that breaks off is none.</summary>
    private static async Task<string> MessageIdAsync(StreamReader reader, CancellationToken stop)
    {
        var id = "";
        while (true)
        {
            var line = await reader.ReadLineAsync(stop) ?? throw new IOException("The mail broke off.");
            if (line == ".")
            {
                return id;
            }

            id = id.Length == 0 && line.StartsWith("Message-Id:", StringComparison.OrdinalIgnoreCase) ? line["Message-Id:".Length..].Trim() : id;
        }
    }
}

/// <summary>A mail that the relay has taken.</summary>
internal sealed class TakenMail(string recipient, string messageId)
{
    private long _answered;
    private volatile bool _heardAgain;

    public string Recipient { get; } = recipient;

    public string MessageId { get; } = messageId;

    /// <summary>When the answer was on its way; zero when it could not be given.</summary>
    public long AnsweredAt => Interlocked.Read(ref _answered);

    /// <summary>Whether the client said something after the answer, and so has read it.</summary>
    public bool IsHeard => _heardAgain;

    public void Answered() => Interlocked.Exchange(ref _answered, Stopwatch.GetTimestamp());

    public void HeardAgain() => _heardAgain = true;
}
