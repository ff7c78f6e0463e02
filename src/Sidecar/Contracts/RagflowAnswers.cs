using Microsoft.AspNetCore.Http;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Throttling;

namespace Sidecar.Contracts;

/// <summary>The flows' outcomes in RAGFlow's words.</summary>
internal static class RagflowAnswers
{
    /// <summary>What every refusal of a broken part says: nothing of the part.</summary>
    public const string Unavailable = "service temporarily unavailable";

    public static Task WriteAsync(HttpContext context, ProofOutcome outcome) => outcome switch
    {
        ProofOutcome.CaptchaIssued captcha => WritePictureAsync(context, captcha),
        ProofOutcome.InvalidAddress or ProofOutcome.UnknownAddress => Refuse(context, RagflowEnvelope.Data, "invalid email"),
        ProofOutcome.AddressTaken => Refuse(context, RagflowEnvelope.Data, "email already registered"),
        ProofOutcome.CaptchaEnded => Refuse(context, RagflowEnvelope.NotEffective, "invalid or expired captcha"),
        ProofOutcome.WrongCaptcha => Refuse(context, RagflowEnvelope.Authentication, "invalid or expired captcha"),
        _ when OutcomeLimit.Of(outcome) is { } limit => WaitAsync(context, limit),
        ProofOutcome.HandoverBusy busy => WaitAsync(context, busy.Remaining),
        ProofOutcome.Locked => Refuse(context, RagflowEnvelope.NotEffective, "too many attempts, try later"),
        ProofOutcome.CodeSent => RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Ok, true, "verification passed, email sent"),
        ProofOutcome.MailUnavailable => Refuse(context, RagflowEnvelope.ServerError, "failed to send email"),
        ProofOutcome.NoLiveCode => Refuse(context, RagflowEnvelope.NotEffective, "expired otp"),
        ProofOutcome.WrongCode => Refuse(context, RagflowEnvelope.Authentication, "expired otp"),
        ProofOutcome.Verified verified => RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Ok, true, verified.Purpose == Purpose.Recovery ? "otp verified" : "email verified"),
        ProofOutcome.Unproven => Refuse(context, RagflowEnvelope.Authentication, "email not verified"),
        _ => Refuse(context, RagflowEnvelope.ServerError, Unavailable),
    };

    /// <summary>The name of the limit that refused, as the standard fields and the audit say it; empty where none did.</summary>
    public static string LimitOf(ProofOutcome outcome) => OutcomeLimit.Of(outcome)?.Name ?? "";

    /// <summary>A limit was reached: how long to wait, in the words and in the standard fields.</summary>
    public static Task WaitAsync(HttpContext context, LimitDecision limit)
    {
        RateLimitFields.Write(context.Response.Headers, limit);
        return WaitAsync(context, limit.RetryAfter);
    }

    /// <summary>A missing or unreadable body, as the app answers it.</summary>
    public static Task WriteAsync(HttpContext context, BodyProblem problem) => problem switch
    {
        BodyProblem.TooLarge => Refuse(context, RagflowEnvelope.Argument, "request body too large"),
        BodyProblem.MalformedJson => RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Exception, null, "malformed JSON"),
        BodyProblem.NotAnObject => RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Exception, null, "JSON payload must be an object"),
        _ => RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Exception, null, "request body is neither JSON nor a form"),
    };

    public static Task Refuse(HttpContext context, int code, string message) => RagflowEnvelope.WriteAsync(context, code, false, message);

    private static Task WaitAsync(HttpContext context, TimeSpan remaining)
    {
        context.Response.Headers.RetryAfter = RateLimitFields.RetryAfter(remaining);
        return Refuse(context, RagflowEnvelope.NotEffective, $"you still have to wait {RateLimitFields.RetryAfterSeconds(remaining)} seconds");
    }

    private static async Task WritePictureAsync(HttpContext context, ProofOutcome.CaptchaIssued captcha)
    {
        context.Response.ContentType = captcha.ContentType;
        context.Response.ContentLength = captcha.Picture.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(captcha.Picture, context.RequestAborted);
        }
    }
}
