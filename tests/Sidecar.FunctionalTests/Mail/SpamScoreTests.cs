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
        using var folder = new TempDirectory(new Dictionary<string, string> { ["mails"] = "" });
        var file = Path.Combine(folder.Path, "mails");
        await File.WriteAllTextAsync(file, string.Concat(mails.Select(static mail => AsReceived(mail.Message)).Append(AsReceived(new("alice.smith@ragflow.io", "Bait", Bait, $"<p>{Bait}</p>")))));

        var judged = await Tool.RunAsync("spamassassin", "spamassassin", "--local", "--nocreate-prefs", "--mbox", file);

        var scores = Status().Matches(judged).Select(static status => (Score: double.Parse(status.Groups[1].Value, CultureInfo.InvariantCulture), Why: status.Groups[2].Value)).ToArray();
        Assert.Equal(mails.Count + 1, scores.Length);
        Assert.True(scores[^1].Score > 100, "SpamAssassin has no rules");
        Assert.All(mails.Zip(scores), static judged => Assert.True(judged.Second.Score < 1, $"{judged.First.Name}: {judged.Second.Score} for {judged.Second.Why}"));
    }

    /// <summary>As it lies in a mailbox, with the line of the relay that took it from us.</summary>
    private static string AsReceived(Message message)
    {
        using var stream = new MemoryStream();
        var mime = MimeComposer.Compose(message, ShippedMails.Smtp, TimeProvider.System);
        mime.Headers.Insert(0, new Header("Received", $"from sidecar.ragflow.io (sidecar.ragflow.io [203.0.113.5]) by mx.ragflow.io (Postfix) with ESMTPS id 4X1; {mime.Headers["Date"]}"));
        mime.WriteTo(stream, TestContext.Current.CancellationToken);
        return $"From noreply@ragflow.io Sun Nov 22 20:15:00 2026\n{Encoding.ASCII.GetString(stream.ToArray()).ReplaceLineEndings("\n")}\n\n";
    }

    [GeneratedRegex(@"^X-Spam-Status: \w+, score=(-?[\d.]+) required=[\d.]+ tests=((?:.|\n\s)*)$", RegexOptions.Multiline)]
    private static partial Regex Status();
}
