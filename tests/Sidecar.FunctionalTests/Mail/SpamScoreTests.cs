using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Mail;

namespace Sidecar.FunctionalTests.Mail;

/// <summary>What the rules that Debian's SpamAssassin brings make of our mails, without asking anybody on the net.</summary>
public sealed partial class SpamScoreTests
{
    /// <summary>The line that SpamAssassin takes for spam whatever else is said: without its rules it would like everything.</summary>
    private const string Bait = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    [Fact]
    public async Task Mail_InEveryLanguage_ScoresBelowOne()
    {
        var mails = ShippedMails.All();
        var bait = new Message("alice.smith@ragflow.io", "Bait", Bait, $"<p>{Bait}</p>");
        using var folder = new TempDirectory(new Dictionary<string, string> { ["mails"] = "" });
        var file = Path.Combine(folder.Path, "mails");
        await File.WriteAllTextAsync(file, string.Concat(mails.Select(static mail => AsReceived(mail.Message)).Append(AsReceived(bait))));

        var judged = await Tool.RunAsync("spamassassin", "spamassassin", "--local", "--nocreate-prefs", "--mbox", file);

        // They come back in any order.
        var verdicts = Separator().Split(judged).Where(static mail => mail.Contains("X-Spam-Status", StringComparison.Ordinal)).ToArray();
        Assert.Equal(mails.Count + 1, verdicts.Length);
        Assert.True(Score(verdicts, bait).Score > 100, "SpamAssassin has no rules");
        Assert.All(mails, mail =>
        {
            var (score, why) = Score(verdicts, mail.Message);
            Assert.True(score < 1, $"{mail.Name}: {score} for {why}");
        });
    }

    private static (double Score, string Why) Score(string[] verdicts, Message message)
    {
        var status = Status().Match(Assert.Single(verdicts, mail => mail.Contains(message.Id, StringComparison.Ordinal)));
        return (double.Parse(status.Groups[1].Value, CultureInfo.InvariantCulture), status.Groups[2].Value);
    }

    /// <summary>As it lies in a mailbox, with the line of the relay that took it from us.</summary>
    private static string AsReceived(Message message)
    {
        using var stream = new MemoryStream();
        var mime = MimeComposer.Compose(message, ShippedMails.Smtp, TimeProvider.System);
        mime.Headers.Insert(0, new Header("Received", $"from sidecar.ragflow.io (sidecar.ragflow.io [8.8.8.8]) by mx.ragflow.io (Postfix) with ESMTPS id 4X1; {mime.Headers["Date"]}"));
        mime.WriteTo(stream, TestContext.Current.CancellationToken);
        return $"From noreply@ragflow.io Sun Nov 22 20:15:00 2026\n{Encoding.ASCII.GetString(stream.ToArray()).ReplaceLineEndings("\n")}\n\n";
    }

    [GeneratedRegex("^From (?=noreply)", RegexOptions.Multiline)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^X-Spam-Status: \w+, score=(-?[\d.]+) required=[\d.]+ tests=((?:.|\n\s)*)$", RegexOptions.Multiline)]
    private static partial Regex Status();
}
