using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using MimeKit;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>A relay that repeats what it was told in every answer, refusals included, as some do; it keeps what it takes.</summary>
internal sealed class QuotingRelay : IAsyncDisposable
{
    private readonly ConcurrentQueue<MimeMessage> mails = [];
    private readonly LoopbackServer server;

    public QuotingRelay() => server = new LoopbackServer(TalkAsync);

    public int Port => server.Port;

    /// <summary>The recipient that is refused.</summary>
    public string Refused { get; set; } = "nobody";

    public MimeMessage? MailTo(string email) => mails.FirstOrDefault(mail => mail.To.Mailboxes.Any(box => box.Address == email));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task TalkAsync(NetworkStream stream, CancellationToken stop)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 quoting");
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                await TakeAsync(reader, stop);
            }

            await writer.WriteLineAsync(line.StartsWith("RCPT", StringComparison.Ordinal) && line.Contains(Refused, StringComparison.Ordinal)
                ? $"550 5.1.1 <{Refused}>: {line}: nobody here by that name"
                : line.StartsWith("EHLO", StringComparison.Ordinal) ? "250 quoting" : $"250 2.0.0 {line}");
        }
    }

    private async Task TakeAsync(StreamReader reader, CancellationToken stop)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(stop) is { } line && line != ".")
        {
            text.Append(line).Append("\r\n");
        }

        using var stream = new MemoryStream(Encoding.Latin1.GetBytes(text.ToString()));
        mails.Enqueue(await MimeMessage.LoadAsync(stream, stop));
    }
}
