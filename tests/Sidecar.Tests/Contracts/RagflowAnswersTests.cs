using Sidecar.Contracts;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Throttling;

namespace Sidecar.Tests.Contracts;

/// <summary>The words that clients read, one by one.</summary>
public sealed class RagflowAnswersTests
{
    private static readonly (ProofOutcome Outcome, string Answer)[] Words =
    [
        (new ProofOutcome.UnknownAddress(), Envelope(102, "false", "invalid email")),
        (new ProofOutcome.InvalidAddress(), Envelope(102, "false", "invalid email")),
        (new ProofOutcome.CaptchaEnded(), Envelope(10, "false", "invalid or expired captcha")),
        (new ProofOutcome.WrongCaptcha(), Envelope(109, "false", "invalid or expired captcha")),
        (new ProofOutcome.CoolingDown(TimeSpan.FromSeconds(41.2), TimeSpan.FromSeconds(60)), Envelope(10, "false", "you still have to wait 42 seconds")),
        (new ProofOutcome.TooManyFlows(TimeSpan.FromSeconds(90), 3, TimeSpan.FromMinutes(5)), Envelope(10, "false", "you still have to wait 90 seconds")),
        (new ProofOutcome.OverLimit(new("recipient-hour", Allowed: false, 5, TimeSpan.FromHours(1), 0, TimeSpan.FromSeconds(99.5), TimeSpan.FromSeconds(99.5))), Envelope(10, "false", "you still have to wait 100 seconds")),
        (new ProofOutcome.HandoverBusy(TimeSpan.Zero), Envelope(10, "false", "you still have to wait 1 seconds")),
        (new ProofOutcome.Locked(), Envelope(10, "false", "too many attempts, try later")),
        (new ProofOutcome.CodeSent(), Envelope(0, "true", "verification passed, email sent")),
        (new ProofOutcome.MailUnavailable(), Envelope(500, "false", "failed to send email")),
        (new ProofOutcome.NoLiveCode(), Envelope(10, "false", "expired otp")),
        (new ProofOutcome.WrongCode(), Envelope(109, "false", "expired otp")),
        (new ProofOutcome.Verified(Purpose.Recovery), Envelope(0, "true", "otp verified")),
        (new ProofOutcome.Verified(Purpose.Verification), Envelope(0, "true", "email verified")),
        (new ProofOutcome.AddressTaken(), Envelope(102, "false", "email already registered")),
        (new ProofOutcome.Unproven(), Envelope(109, "false", "email not verified")),
        (new ProofOutcome.Unavailable("store"), Envelope(500, "false", "service temporarily unavailable")),
    ];

    [Fact]
    public async Task Write_EachOutcome_SaysTheStandingWords()
    {
        foreach (var (outcome, answer) in Words)
        {
            var exchange = new HttpExchange();
            await RagflowAnswers.WriteAsync(exchange.Context, outcome);
            Assert.Equal((200, answer), (exchange.Context.Response.StatusCode, exchange.Answer));
        }
    }

    [Fact]
    public void Words_Outcomes_AreAllThere()
    {
        var elsewhere = new[] { typeof(ProofOutcome.CaptchaIssued), typeof(ProofOutcome.Proven) };

        Assert.Equal(
            typeof(ProofOutcome).GetNestedTypes().Except(elsewhere).Select(static type => type.Name).Order(),
            Words.Select(static word => word.Outcome.GetType().Name).Distinct().Order());
    }

    [Fact]
    public async Task Write_CoolingDown_TellsTheWaitInTheStandardFields()
    {
        var exchange = new HttpExchange();
        await RagflowAnswers.WriteAsync(exchange.Context, new ProofOutcome.CoolingDown(TimeSpan.FromSeconds(41.2), TimeSpan.FromSeconds(60)));

        Assert.Equal(("42", "\"cooldown\";q=1;w=60", "\"cooldown\";r=0;t=42"), (exchange.Header("Retry-After"), exchange.Header("RateLimit-Policy"), exchange.Header("RateLimit")));
    }

    [Fact]
    public async Task Write_OverLimit_NamesTheLimitInTheStandardFields()
    {
        var exchange = new HttpExchange();
        await RagflowAnswers.WriteAsync(exchange.Context, new ProofOutcome.OverLimit(new("guesses", Allowed: false, 100, TimeSpan.FromHours(24), 0, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(9))));

        Assert.Equal(("9", "\"guesses\";q=100;w=86400", "\"guesses\";r=0;t=9"), (exchange.Header("Retry-After"), exchange.Header("RateLimit-Policy"), exchange.Header("RateLimit")));
    }

    [Fact]
    public async Task Wait_ClientLimit_SaysTheSameWithItsOwnName()
    {
        var exchange = new HttpExchange();
        await RagflowAnswers.WaitAsync(exchange.Context, new LimitDecision("client", false, 60, TimeSpan.FromMinutes(1), 0, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(12)));

        Assert.Equal(Envelope(10, "false", "you still have to wait 12 seconds"), exchange.Answer);
        Assert.Equal(("12", "\"client\";q=60;w=60"), (exchange.Header("Retry-After"), exchange.Header("RateLimit-Policy")));
    }

    [Theory]
    [InlineData("TooLarge", 101, "false", "request body too large")]
    [InlineData("MalformedJson", 100, "null", "malformed JSON")]
    [InlineData("NotAnObject", 100, "null", "JSON payload must be an object")]
    [InlineData("NotAForm", 100, "null", "request body is neither JSON nor a form")]
    public async Task Write_BodyProblem_IsNamed(string problem, int code, string data, string message)
    {
        var exchange = new HttpExchange();
        await RagflowAnswers.WriteAsync(exchange.Context, Enum.Parse<BodyProblem>(problem));

        Assert.Equal(Envelope(code, data, message), exchange.Answer);
    }

    [Theory]
    [InlineData("GET", "JPEG")]
    [InlineData("HEAD", "")]
    public async Task Write_Captcha_IsThePicture(string method, string body)
    {
        var exchange = new HttpExchange(method);
        await RagflowAnswers.WriteAsync(exchange.Context, new ProofOutcome.CaptchaIssued("JPEG"u8.ToArray(), "image/jpeg", "one"));

        Assert.Equal((200, "image/jpeg", 4, body), (exchange.Context.Response.StatusCode, exchange.Context.Response.ContentType, exchange.Context.Response.ContentLength, exchange.Answer));
    }

    private static string Envelope(int code, string data, string message) => $$"""{"code":{{code}},"data":{{data}},"message":"{{message}}"}""";
}
