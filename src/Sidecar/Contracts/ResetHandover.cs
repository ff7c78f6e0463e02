using Microsoft.Extensions.Logging;
using Sidecar.Accounts;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Hands a proven reset to the app: puts the proof where the app looks, forwards, and takes it back; or sends it along signed.
/// Where one call proves and resets, takes the code first.
/// </summary>
internal sealed partial class ResetHandover(
    ProofFlow flow,
    IHandoff handoff,
    ProvenForward app,
    AssertedRequests asserted,
    TicketCarrier tickets,
    Askers askers,
    OwnerNotice notice,
    ILogger<ResetHandover> logger)
{
    /// <summary>Answers the reset.</summary>
    public async ValueTask HandleAsync(StepRequest request)
    {
        var (context, words) = (request.Context, request.Route.Words);
        if (await StepBody.ReadAsync(request, onePlainReading: words.IsStrict) is not { } body)
        {
            return;
        }

        if (words.ResetFields.Where(name => !body.Fields[name].IsGiven).ToArray() is { Length: > 0 } missing)
        {
            await StepBody.RefuseAsync(request, "field_missing", Refusal.FieldMissing, string.Join(' ', missing));
            return;
        }

        if (body.Fields.RepeatsName)
        {
            await StepBody.RefuseAsync(request, "field_repeated", Refusal.FieldRepeated);
            return;
        }

        if (words.Handover != HandoverForm.CodeRecord)
        {
            await HandOverAsync(request, body.Fields["email"].Text, body.Bytes);
        }
        else if (body.Fields["otp"].Text is not { } code)
        {
            await StepBody.RefuseAsync(request, "bad_body", Refusal.FieldNotText, "otp", body.Fields["email"].Text);
        }
        else if (string.IsNullOrWhiteSpace(code))
        {
            await StepBody.RefuseAsync(request, "field_missing", Refusal.FieldMissing, "otp");
        }
        else if (await ProveAsync(request, body.Fields["email"].Text, code) is { } proven)
        {
            await HandOverAsync(proven, body.Fields["email"].Text, body.Bytes, code);
        }
    }

    /// <summary>Hands over a body; what the app said, or why it was not asked, stands in the response of the request.</summary>
    /// <param name="request">The request, to whose response is written.</param>
    /// <param name="typed">The address in the body.</param>
    /// <param name="body">What the app gets.</param>
    /// <param name="code">The code in the body, where the app compares one.</param>
    public async ValueTask<HandoverEnd> HandOverAsync(StepRequest request, string? typed, ReadOnlyMemory<byte> body, string code = "")
    {
        var outcome = await flow.ReserveAsync(typed, request.Ticket, app.Lease, request.Context.RequestAborted);
        if (outcome is ProofOutcome.Proven { Reservation: var reservation })
        {
            if (request.Route.Words.Handover is var form && form != HandoverForm.Assertion)
            {
                return await HandOverAsync(request, typed!, body, reservation, RagflowProof.Of(form, typed!, code));
            }

            asserted.Add(request.Context, EmailAddress.Normalise(typed!), Purpose.Recovery);
            return await ForwardAsync(request, typed!, body, reservation, takeBack: null);
        }

        request.Decision.Make(outcome, typed);
        await request.Route.Words.WriteAsync(request.Context, outcome);
        return outcome switch { ProofOutcome.HandoverBusy => HandoverEnd.Busy, ProofOutcome.Unavailable => HandoverEnd.Unavailable, _ => HandoverEnd.Unproven };
    }

    /// <summary>Proves by the code in the body. The ticket that comes of it is answered whatever follows, so that a refusal of the app's leaves one to come back with.</summary>
    private async ValueTask<StepRequest?> ProveAsync(StepRequest request, string? typed, string code)
    {
        var outcome = await flow.ProveAsync(typed, code, request.Ticket, request.Context.RequestAborted);
        if (outcome.Ticket is { } ticket)
        {
            tickets.Write(request.Context, request.Client, request.Route.Purpose, ticket);
        }

        if (outcome is ProofOutcome.Verified)
        {
            return request with { Ticket = outcome.Ticket };
        }

        request.Decision.Make(outcome, typed);
        await request.Route.Words.WriteAsync(request.Context, outcome);
        return null;
    }

    private async ValueTask<HandoverEnd> HandOverAsync(StepRequest request, string typed, ReadOnlyMemory<byte> body, ProofReservation reservation, HandoffProof proof)
    {
        try
        {
            await handoff.GrantAsync(proof, CancellationToken.None);
        }
        catch (HandoffUnavailableException error)
        {
            LogHandoffFailed(error.Message);
            // It may have arrived all the same.
            await RevokeAsync(proof);
            await reservation.ReleaseAsync();
            await StepBody.RefuseAsync(request, "unavailable", Refusal.Unavailable, typed: typed);
            return HandoverEnd.Unavailable;
        }

        return await ForwardAsync(request, typed, body, reservation, () => RevokeAsync(proof));
    }

    private ValueTask<HandoverEnd> ForwardAsync(StepRequest request, string typed, ReadOnlyMemory<byte> body, ProofReservation reservation, Func<ValueTask>? takeBack) =>
        app.ForwardAsync(request, typed, body, reservation, "reset", takeBack, () => notice.SendAsync(typed, askers.Of(request.Context.Request, request.Client)));

    private async ValueTask RevokeAsync(HandoffProof proof)
    {
        try
        {
            await handoff.RevokeAsync(proof, CancellationToken.None);
        }
        catch (HandoffUnavailableException error)
        {
            // It ends by itself within seconds.
            LogHandoffFailed(error.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "The proof could not be handed to the app: {Reason}. Check `handoff.redis`, or `redis` where that is not set: it must be the app's own.")]
    private partial void LogHandoffFailed(string reason);
}
