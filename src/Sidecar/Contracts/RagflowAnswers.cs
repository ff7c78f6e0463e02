using Microsoft.AspNetCore.Http;
using Sidecar.Recovery;
using Sidecar.Throttling;

namespace Sidecar.Contracts;

/// <summary>The flow's outcomes in RAGFlow's words.</summary>
internal static class RagflowAnswers
{
    /// <summary>What every refusal of a broken part says: nothing of the part.</summary>
    public const string Unavailable = "service temporarily unavailable";

    public static Task WriteAsync(HttpContext context, RecoveryOutcome outcome) => outcome switch
    {
        RecoveryOutcome.CaptchaIssued captcha => WritePictureAsync(context, captcha),
        RecoveryOutcome.InvalidAddress or RecoveryOutcome.UnknownAddress => Refuse(context, RagflowEnvelope.Data, "invalid email"),
        RecoveryOutcome.CaptchaEnded => Refuse(context, RagflowEnvelope.NotEffective, "invalid or expired captcha"),
        RecoveryOutcome.WrongCaptcha => Refuse(context, RagflowEnvelope.Authentication, "invalid or expired captcha"),
        RecoveryOutcome.CoolingDown cooling => WaitAsync(context, new LimitDecision(LimitOf(outcome), Allowed: false, 1, cooling.Cooldown, 0, cooling.Remaining, cooling.Remaining)),
        RecoveryOutcome.OverLimit over => WaitAsync(context, over.Limit),
        RecoveryOutcome.TooManyFlows flows => WaitAsync(context, new LimitDecision(LimitOf(outcome), Allowed: false, flows.Most, flows.Lifetime, 0, flows.Remaining, flows.Remaining)),
        RecoveryOutcome.HandoverBusy busy => WaitAsync(context, busy.Remaining),
        RecoveryOutcome.Locked => Refuse(context, RagflowEnvelope.NotEffective, "too many attempts, try later"),
        RecoveryOutcome.CodeSent => RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Ok, true, "verification passed, email sent"),
        RecoveryOutcome.MailUnavailable => Refuse(context, RagflowEnvelope.ServerError, "failed to send email"),
        RecoveryOutcome.NoLiveCode => Refuse(context, RagflowEnvelope.NotEffective, "expired otp"),
        RecoveryOutcome.WrongCode => Refuse(context, RagflowEnvelope.Authentication, "expired otp"),
        RecoveryOutcome.Verified => RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Ok, true, "otp verified"),
        RecoveryOutcome.Unproven => Refuse(context, RagflowEnvelope.Authentication, "email not verified"),
        _ => Refuse(context, RagflowEnvelope.ServerError, Unavailable),
    };

    /// <summary>The name of the limit that refused, as the standard fields and the audit say it; empty where none did.</summary>
    public static string LimitOf(RecoveryOutcome outcome) => outcome switch
    {
        RecoveryOutcome.OverLimit over => over.Limit.Name,
        RecoveryOutcome.CoolingDown => "cooldown",
        RecoveryOutcome.TooManyFlows => "flows",
        _ => "",
    };

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

    private static async Task WritePictureAsync(HttpContext context, RecoveryOutcome.CaptchaIssued captcha)
    {
        context.Response.ContentType = captcha.ContentType;
        context.Response.ContentLength = captcha.Picture.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(captcha.Picture, context.RequestAborted);
        }
    }
}
