using Microsoft.AspNetCore.Http;
using Sidecar.Proof;

namespace Sidecar.Contracts;

/// <summary>
/// RAGFlow's Go backend: the paths of the Python one, with pictures that have a name, JSON in whatever type, and no such thing as a
/// wrong method: what is not routed is not there.
/// </summary>
internal sealed class RagflowGoContract : RagflowContract
{
    public override bool TakesForms => false;

    public override AddressPlace PictureAddress => AddressPlace.QueryOrBody;

    public override bool NamesPictures => true;

    public override HandoverForm Handover => HandoverForm.FoldedFlag;

    public override Task WriteAsync(HttpContext context, ProofOutcome outcome)
    {
        TypeAsGo(context);
        return outcome is ProofOutcome.CaptchaIssued picture
            ? RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Ok, "captcha issued", writer =>
            {
                writer.WriteString("captcha_id"u8, picture.Id);
                writer.WriteString("captcha_image"u8, $"data:{picture.ContentType};base64,{Convert.ToBase64String(picture.Picture.Span)}");
            })
            : base.WriteAsync(context, outcome);
    }

    public override Task RefuseAsync(HttpContext context, FlowRoute? route, Refusal refusal, string detail = "")
    {
        TypeAsGo(context);
        return refusal switch
        {
            Refusal.MethodNotAllowed => RagflowEnvelope.WriteNotFoundAsync(context, route?.Path ?? detail),
            Refusal.MalformedJson => RagflowAnswers.Refuse(context, RagflowEnvelope.Argument, "malformed JSON"),
            Refusal.NotAnObject => RagflowAnswers.Refuse(context, RagflowEnvelope.Argument, "JSON payload must be an object"),
            Refusal.FieldNotText => RagflowAnswers.Refuse(context, RagflowEnvelope.Argument, $"{detail} must be a text"),
            _ => base.RefuseAsync(context, route, refusal, detail),
        };
    }

    /// <summary>There is no handler for it; only a page of an origin that may drive the flow has to hear that it may.</summary>
    public override Task WriteOptionsAsync(HttpContext context, FlowRoute route)
    {
        if (context.Response.Headers.AccessControlAllowOrigin.Count == 0)
        {
            return RefuseAsync(context, route, Refusal.MethodNotAllowed);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    protected override string Missing(FlowStep? step) => step == FlowStep.Code ? "email, captcha_id and captcha required" : base.Missing(step);

    private static void TypeAsGo(HttpContext context) => context.Response.ContentType = "application/json; charset=utf-8";
}
