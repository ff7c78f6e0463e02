using Microsoft.AspNetCore.Http;
using Sidecar.Proof;
using Sidecar.Throttling;

namespace Sidecar.Contracts;

/// <summary>The generic contract's words: JSON, statuses that mean what HTTP says, and problem details (RFC 9457) for every refusal.</summary>
internal sealed class ProblemContract : IContract
{
    public bool IsStrict => true;

    public bool TakesForms => true;

    public AddressPlace PictureAddress => AddressPlace.Body;

    public bool NamesPictures => false;

    public HandoverForm Handover => HandoverForm.Assertion;

    /// <summary>What the new password is called is the app's affair.</summary>
    public IReadOnlyList<string> ResetFields { get; } = ["email"];

    public Func<HttpContext, Task>? WriteAppFailure { get; } = static context =>
        ProblemAnswers.WriteAsync(context, context.Response.StatusCode == StatusCodes.Status504GatewayTimeout ? ProblemType.AppTimeout : ProblemType.AppUnreachable);

    public Task WriteAsync(HttpContext context, ProofOutcome outcome) => outcome switch
    {
        ProofOutcome.CaptchaIssued captcha => ProblemAnswers.WritePictureAsync(context, captcha),
        ProofOutcome.CodeSent => ProblemAnswers.WriteStatusAsync(context, "code_sent"),
        ProofOutcome.Verified => ProblemAnswers.WriteStatusAsync(context, "verified"),
        ProofOutcome.HandoverBusy busy => ProblemAnswers.WaitAsync(context, ProblemType.Busy, busy.Remaining),
        _ when OutcomeLimit.Of(outcome) is { } limit => WaitAsync(context, outcome, limit),
        _ => ProblemAnswers.WriteAsync(context, TypeOf(outcome)),
    };

    public Task RefuseAsync(HttpContext context, FlowRoute? route, Refusal refusal, string detail = "")
    {
        if (refusal == Refusal.MethodNotAllowed)
        {
            context.Response.Headers.Allow = "POST, OPTIONS";
        }

        return refusal is Refusal.FieldMissing or Refusal.FieldNotText
            ? ProblemAnswers.WriteAsync(context, ProblemType.FieldMissing, writer =>
            {
                writer.WriteStartArray("fields"u8);
                foreach (var field in detail.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    writer.WriteStringValue(field);
                }

                writer.WriteEndArray();
            })
            : ProblemAnswers.WriteAsync(context, TypeOf(refusal));
    }

    public Task WriteOptionsAsync(HttpContext context, FlowRoute route)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = "POST, OPTIONS";
        return Task.CompletedTask;
    }

    public AppVerdict? Judge(int status) => status switch
    {
        >= 200 and < 300 => AppVerdict.Accepted,
        >= 400 and < 500 => AppVerdict.Refused,
        _ => AppVerdict.Unknown,
    };

    public AppVerdict Judge(byte[] answer) => AppVerdict.Unknown;

    private static Task WaitAsync(HttpContext context, ProofOutcome outcome, LimitDecision limit)
    {
        RateLimitFields.Write(context.Response.Headers, limit);
        var type = outcome switch
        {
            ProofOutcome.CoolingDown => ProblemType.CoolingDown,
            ProofOutcome.TooManyFlows => ProblemType.TooManyFlows,
            _ => ProblemType.OverLimit,
        };
        return ProblemAnswers.WaitAsync(context, type, limit.RetryAfter, limit.Name);
    }

    private static ProblemType TypeOf(ProofOutcome outcome) => outcome switch
    {
        ProofOutcome.InvalidAddress => ProblemType.InvalidAddress,
        ProofOutcome.UnknownAddress => ProblemType.UnknownAddress,
        ProofOutcome.AddressTaken => ProblemType.AddressTaken,
        ProofOutcome.CaptchaEnded => ProblemType.CaptchaEnded,
        ProofOutcome.WrongCaptcha => ProblemType.WrongCaptcha,
        ProofOutcome.NoLiveCode => ProblemType.CodeEnded,
        ProofOutcome.WrongCode => ProblemType.WrongCode,
        ProofOutcome.Locked => ProblemType.Locked,
        ProofOutcome.Unproven => ProblemType.Unproven,
        ProofOutcome.MailUnavailable => ProblemType.MailUnavailable,
        _ => ProblemType.Unavailable,
    };

    private static ProblemType TypeOf(Refusal refusal) => refusal switch
    {
        Refusal.NotFound => ProblemType.NotFound,
        Refusal.MethodNotAllowed => ProblemType.MethodNotAllowed,
        Refusal.ForbiddenOrigin => ProblemType.ForbiddenOrigin,
        Refusal.BodyTooLarge => ProblemType.BodyTooLarge,
        Refusal.NotPlainJson or Refusal.NeitherJsonNorForm => ProblemType.UnsupportedMediaType,
        Refusal.MalformedJson or Refusal.NotAnObject => ProblemType.MalformedBody,
        Refusal.FieldRepeated => ProblemType.FieldRepeated,
        Refusal.DomainRefused => ProblemType.DomainRefused,
        _ => ProblemType.Unavailable,
    };
}
