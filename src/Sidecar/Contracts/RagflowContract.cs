using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Proof;

namespace Sidecar.Contracts;

/// <summary>RAGFlow's words: HTTP 200 and an envelope, bodies in whatever form the app itself takes. What a release has otherwise stands in a class of its own.</summary>
internal class RagflowContract : IContract
{
    public bool IsStrict => false;

    public virtual bool TakesForms => true;

    public virtual AddressPlace PictureAddress => AddressPlace.Query;

    public virtual bool NamesPictures => false;

    public virtual HandoverForm Handover => HandoverForm.Flag;

    public virtual IReadOnlyList<string> ResetFields { get; } = ["email", "new_password", "confirm_new_password"];

    public Func<HttpContext, Task>? WriteAppFailure => null;

    public virtual Task WriteAsync(HttpContext context, ProofOutcome outcome) => RagflowAnswers.WriteAsync(context, outcome);

    public virtual Task RefuseAsync(HttpContext context, FlowRoute? route, Refusal refusal, string detail = "") => refusal switch
    {
        Refusal.NotFound => RagflowEnvelope.WriteNotFoundAsync(context, detail),
        Refusal.MethodNotAllowed => RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Exception, null, "<MethodNotAllowed '405: Method Not Allowed'>"),
        Refusal.ForbiddenOrigin => RagflowAnswers.Refuse(context, RagflowEnvelope.Forbidden, "forbidden"),
        Refusal.BodyTooLarge => RagflowAnswers.WriteAsync(context, BodyProblem.TooLarge),
        Refusal.MalformedJson => RagflowAnswers.WriteAsync(context, BodyProblem.MalformedJson),
        Refusal.NotAnObject => RagflowAnswers.WriteAsync(context, BodyProblem.NotAnObject),
        Refusal.NeitherJsonNorForm => RagflowAnswers.WriteAsync(context, BodyProblem.NotAForm),
        Refusal.NotPlainJson => RagflowAnswers.Refuse(context, RagflowEnvelope.Argument, "the body must be application/json in UTF-8"),
        Refusal.FieldMissing => RagflowAnswers.Refuse(context, RagflowEnvelope.Argument, Missing(route?.Step)),
        Refusal.FieldNotText => RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Exception, null, $"{detail} must be a text"),
        Refusal.FieldRepeated => RagflowAnswers.Refuse(context, RagflowEnvelope.Argument, "a field is given twice"),
        Refusal.DomainRefused => RagflowAnswers.Refuse(context, RagflowEnvelope.Data, "email domain not allowed"),
        _ => RagflowAnswers.Refuse(context, RagflowEnvelope.ServerError, RagflowAnswers.Unavailable),
    };

    public virtual Task WriteOptionsAsync(HttpContext context, FlowRoute route)
    {
        context.Response.Headers.Allow = HttpMethods.IsGet(route.Method) ? "HEAD, GET, OPTIONS" : "POST, OPTIONS";
        context.Response.ContentType = "text/html; charset=utf-8";
        return Task.CompletedTask;
    }

    public AppVerdict? Judge(int status) => null;

    public AppVerdict Judge(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("code", out var code) && code.TryGetInt32(out var number)
                ? number == 0 ? AppVerdict.Accepted : AppVerdict.Refused
                : AppVerdict.Unknown;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return AppVerdict.Unknown;
        }
    }

    /// <summary>What is said where a step's fields are missing.</summary>
    protected virtual string Missing(FlowStep? step) => step switch
    {
        FlowStep.Code => "email and captcha required",
        FlowStep.Verify => "email and otp are required",
        FlowStep.Reset => "email and passwords are required",
        _ => "email is required",
    };
}
