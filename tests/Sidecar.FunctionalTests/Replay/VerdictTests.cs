namespace Sidecar.FunctionalTests.Replay;

public sealed class VerdictTests
{
    private static readonly Answer Recorded = new(200, Answer.Envelope, 109, "false", "invalid or expired captcha");
    private static readonly Answer Instead = Recorded with { Code = 10 };
    private static readonly Exchange Step = new(3, null, null, new("POST", "/otp", null, null, null), Recorded, null, null);
    private static readonly Scenario Scenario = new("S08", "wrong captcha", [Step]);
    private static readonly Deliberate Listed = new(["v1"], [("S08", [3])], null, 9, null, "one try", Instead);

    [Fact]
    public void Of_AnsweredAsRecorded_IsEqual() => Assert.Equal(VerdictKind.Equal, Of(Recorded, null).Kind);

    [Fact]
    public void Of_AnsweredOtherwise_IsUnexplained() => Assert.Equal(VerdictKind.Unexplained, Of(Instead, null).Kind);

    [Fact]
    public void Of_AnsweredAsListed_IsDeliberate() => Assert.Equal(VerdictKind.Deliberate, Of(Instead, Listed).Kind);

    [Fact]
    public void Of_ListedButAnsweredAsRecorded_IsUnexplained() => Assert.Equal(VerdictKind.Unexplained, Of(Recorded, Listed).Kind);

    [Fact]
    public void Of_ListedButAnsweredInAThirdWay_IsUnexplained() =>
        Assert.Equal(VerdictKind.Unexplained, Of(Recorded with { Code = 500 }, Listed).Kind);

    [Fact]
    public void Of_MailThatNobodyExpects_IsUnexplained() => Assert.Equal(VerdictKind.Unexplained, Of(Instead, Listed, "a@x.test").Kind);

    [Fact]
    public void Of_SlowerThanListed_IsUnexplained() =>
        Assert.Equal(VerdictKind.Unexplained, Of(Instead, Listed with { Within = TimeSpan.FromMilliseconds(10) }).Kind);

    [Fact]
    public void Report_OneOfEach_CountsThem()
    {
        var report = new ReplayReport("v1", [Of(Recorded, null), Of(Instead, null), Of(Instead, Listed), Verdict.Skipped(Scenario, Step, "why")]);

        var json = report.ToJson();

        Assert.Equal([4, 1, 1, 1, 1], new[] { "steps", "equal", "deliberate", "unexplained", "skipped" }.Select(n => (int)json[n]!));
        Assert.Equal("S08", (string?)json["differences"]![0]!["scenario"]);
    }

    private static Verdict Of(Answer answer, Deliberate? listed, params string[] recipients) =>
        Verdict.Of(Scenario, Step, new(answer, recipients, TimeSpan.FromSeconds(1)), listed, null);
}
