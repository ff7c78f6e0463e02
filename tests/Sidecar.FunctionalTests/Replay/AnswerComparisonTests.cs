namespace Sidecar.FunctionalTests.Replay;

public sealed class AnswerComparisonTests
{
    private static readonly Answer Recorded = new(200, Answer.Envelope, 10, "false", "expired otp");

    [Fact]
    public void Differences_SameAnswer_None() => Assert.Empty(AnswerComparison.Differences(Recorded, Recorded with { }));

    [Theory]
    [InlineData(500, 10, "false", "expired otp", "status")]
    [InlineData(200, 109, "false", "expired otp", "code")]
    [InlineData(200, 10, "null", "expired otp", "data")]
    [InlineData(200, 10, "false", "Expired otp", "message")]
    [InlineData(200, 10, "false", null, "message")]
    public void Differences_OneFieldOff_NamesIt(int status, int code, string data, string? message, string field)
    {
        var difference = Assert.Single(AnswerComparison.Differences(Recorded, new(status, Answer.Envelope, code, data, message)));

        Assert.StartsWith(field, difference, StringComparison.Ordinal);
    }

    [Fact]
    public void Differences_ImageInsteadOfEnvelope_NamesKindAndFields() =>
        Assert.Contains(AnswerComparison.Differences(Recorded, new(200, Answer.Image)), d => d.StartsWith("kind", StringComparison.Ordinal));

    [Theory]
    [InlineData("TypeError(\"argument should be a bytes-like object or ASCII string, not 'NoneType'\")")]
    [InlineData("<BadRequest '400: Bad Request'>")]
    [InlineData("AttributeError(\"'int' object has no attribute 'strip'\")")]
    [InlineData("RecursionError('maximum recursion depth exceeded')")]
    [InlineData("ValueError('Ciphertext with incorrect length (not 256 bytes)')")]
    [InlineData("Error('Incorrect padding')")]
    [InlineData("UnicodeDecodeError('utf-8', b'\\xff', 0, 1, 'invalid start byte')")]
    public void Differences_WordsOfAnException_OnlyStatusAndCodeMatter(string message)
    {
        var recorded = new Answer(200, Answer.Envelope, 100, "null", message);

        Assert.Empty(AnswerComparison.Differences(recorded, recorded with { Data = "false", Message = "bad request" }));
        Assert.Single(AnswerComparison.Differences(recorded, recorded with { Code = 101 }));
    }

    [Theory]
    [InlineData("expired otp")]
    [InlineData("Email: x is not registered!")]
    [InlineData("Error")]
    public void IsIncidental_WordsOfTheContract_AreNot(string message) => Assert.False(AnswerComparison.IsIncidental(message));

    [Theory]
    [InlineData(60, 59, true)]
    [InlineData(59, 60, true)]
    [InlineData(60, 60, true)]
    [InlineData(60, 58, false)]
    [InlineData(1, 0, true)]
    [InlineData(30, 60, false)]
    public void Differences_SecondsToWait_MayBeOffByOne(int recorded, int got, bool same)
    {
        static Answer Waiting(int seconds) => Recorded with { Message = $"you still have to wait {seconds} seconds" };

        Assert.Equal(same, AnswerComparison.Differences(Waiting(recorded), Waiting(got)).Count == 0);
    }

    [Fact]
    public void Differences_FieldsTheListDoesNotSay_AreNotCompared() =>
        Assert.Empty(AnswerComparison.Differences(new Answer(200, Answer.Envelope, 100), new Answer(200, Answer.Envelope, 100, "null", "bad JSON")));

    [Theory]
    [InlineData(null, new string[0], true)]
    [InlineData("a@x.test", new[] { "a@x.test" }, true)]
    [InlineData("a@x.test", new[] { "A@x.test" }, false)]
    [InlineData("a@x.test", new string[0], false)]
    [InlineData("a@x.test", new[] { "a@x.test", "a@x.test" }, false)]
    [InlineData(null, new[] { "a@x.test" }, false)]
    public void Differences_Mail_PresenceAndRecipientMatter(string? recipient, string[] got, bool same) =>
        Assert.Equal(same, AnswerComparison.Differences(recipient, got).Count == 0);
}
