using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sidecar.Accounts;
using Sidecar.Proof;
using Sidecar.Verification;

namespace Sidecar.Contracts;

/// <summary>
/// Lets a sign-up through to the app only with a verified ticket of exactly the address it would make an account for, which it uses
/// up. What could be read as another body by another reader is refused, not interpreted.
/// </summary>
internal sealed class RegistrationGate(ProofFlow flow, GateOptions options, ProvenForward app)
{
    /// <summary>Answers the sign-up.</summary>
    public async ValueTask HandleAsync(StepRequest request)
    {
        var context = request.Context;
        if (!IsPlainJson(context.Request.Headers))
        {
            await RefuseAsync(request, "bad_body", RagflowEnvelope.Argument, "the body must be application/json in UTF-8");
            return;
        }

        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        if (body.Problem != BodyProblem.None)
        {
            request.Decision.Make("bad_body");
            await RagflowAnswers.WriteAsync(context, body.Problem);
            return;
        }

        if (body.Fields.RepeatsName)
        {
            await RefuseAsync(request, "field_repeated", RagflowEnvelope.Argument, "a field is given twice");
            return;
        }

        if (!body.Fields["email"].IsGiven)
        {
            await RefuseAsync(request, "field_missing", RagflowEnvelope.Argument, "email is required");
            return;
        }

        await AdmitAsync(request, body.Fields["email"].Text, body.Bytes);
    }

    private async ValueTask AdmitAsync(StepRequest request, string? typed, ReadOnlyMemory<byte> body)
    {
        var isAddress = EmailAddress.TryParse(typed, out var address);
        if (isAddress && !options.Domains.Allow(address))
        {
            await RefuseAsync(request, "domain_refused", RagflowEnvelope.Data, "email domain not allowed", typed);
            return;
        }

        // With a space around it the app would keep another text than the one that was verified.
        var exact = isAddress && address.Typed == typed ? typed : null;
        var outcome = await flow.ReserveAsync(exact, request.Ticket, app.Lease, request.Context.RequestAborted);
        if (outcome is not ProofOutcome.Proven { Reservation: var reservation })
        {
            request.Decision.Make(outcome, typed);
            await RagflowAnswers.WriteAsync(request.Context, outcome);
            return;
        }

        await app.ForwardAsync(request, typed!, body, reservation, "registered", static () => ValueTask.CompletedTask);
    }

    /// <summary>Apps differ in what they make of other charsets, encodings and a second type, and some look for none.</summary>
    private static bool IsPlainJson(IHeaderDictionary headers) =>
        headers.ContentEncoding.Count == 0
        && headers.ContentType is [{ } text]
        && MediaTypeHeaderValue.TryParse(text, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && type.Parameters.All(static parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
        && type.Parameters.Count < 2
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static Task RefuseAsync(StepRequest request, string outcome, int code, string message, string? typed = null)
    {
        request.Decision.Make(outcome, typed);
        return RagflowAnswers.Refuse(request.Context, code, message);
    }
}
