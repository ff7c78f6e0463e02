using System.Text.Json;
using Sidecar.Doctor;

namespace Sidecar.Tests.Doctor;

/// <summary>The list for people and the document for machines.</summary>
public sealed class ReportTests
{
    private static readonly CheckResult[] Results =
    [
        new("login", "relay a:465", Finding.Ok("accepted") with { Data = [("mechanism", "PLAIN"), ("days_left", 7), ("list", new[] { "x", "y" }), ("skew_seconds", 0.5), ("tls", true)] }, TimeSpan.FromMilliseconds(12)),
        new("sender", "relay a:465", Finding.Fail("sender refused", "set smtp.mail_default_sender"), TimeSpan.FromSeconds(1.25)),
        new("test mail", "relay a:465", new(CheckStatus.Skipped, "the sender is not accepted"), default),
    ];

    [Fact]
    public void Json_Document_HoldsEverything()
    {
        using var document = JsonDocument.Parse(JsonReport.Write(Results, CheckStatus.Failed, [("a:465", ["S: 220 \"x\""])]));
        var root = document.RootElement;

        Assert.Equal("failed", root.GetProperty("status").GetString());
        var login = root.GetProperty("checks")[0];
        Assert.Equal(("login", "ok", 12), (login.GetProperty("name").GetString(), login.GetProperty("status").GetString(), login.GetProperty("duration_ms").GetDouble()));
        Assert.Equal(7, login.GetProperty("data").GetProperty("days_left").GetInt32());
        Assert.Equal("y", login.GetProperty("data").GetProperty("list")[1].GetString());
        Assert.Equal("skipped", root.GetProperty("checks")[2].GetProperty("status").GetString());
        Assert.Equal("S: 220 \"x\"", root.GetProperty("transcript")[0].GetProperty("lines")[0].GetString());
    }

    [Theory]
    [InlineData(false, "  ✗ sender        sender refused (1.3 s)\n      → set smtp.mail_default_sender\n")]
    [InlineData(true, "  FAIL sender        sender refused (1.3 s)\n      -> set smtp.mail_default_sender\n")]
    public void Text_Lines_ShowSignDetailAndHint(bool isPlain, string expected)
    {
        using var output = new StringWriter();
        var report = new TextReport(output, isPlain, isColoured: false);
        foreach (var result in Results)
        {
            report.Tell(result);
        }

        report.Close(Results, []);

        Assert.StartsWith("relay a:465\n", output.ToString(), StringComparison.Ordinal);
        Assert.Contains(expected, output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\n1 failed, 0 warnings, 1 ok, 1 skipped\n", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output.ToString());
    }
}
