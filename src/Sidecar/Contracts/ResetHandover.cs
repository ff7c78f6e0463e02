using Microsoft.Extensions.Logging;
using Sidecar.Accounts;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Hands a proven reset to the app: puts the proof where the app looks, forwards, and takes it back; or sends it along signed.
/// </summary>
internal sealed partial class ResetHandover(
    ProofFlow flow,
    IHandoff handoff,
    ProvenForward app,
    AssertedRequests asserted,
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

        await HandOverAsync(request, body.Fields["email"].Text, body.Bytes);
    }

    /// <summary>Hands over a body; what the app said, or why it was not asked, stands in the response of the request.</summary>
    /// <param name="request">The request, to whose response is written.</param>
    /// <param name="typed">The address in the body.</param>
    /// <param name="body">What the app gets.</param>
    public async ValueTask<HandoverEnd> HandOverAsync(StepRequest request, string? typed, ReadOnlyMemory<byte> body)
    {
        var outcome = await flow.ReserveAsync(typed, request.Ticket, app.Lease, request.Context.RequestAborted);
        if (outcome is ProofOutcome.Proven { Reservation: var reservation })
        {
            if (!request.Route.Words.HandsOverByAssertion)
            {
                return await HandOverAsync(request, typed!, body, reservation);
            }

            asserted.Add(request.Context, EmailAddress.Normalise(typed!), Purpose.Recovery);
            return await ForwardAsync(request, typed!, body, reservation, takeBack: null);
        }

        request.Decision.Make(outcome, typed);
        await request.Route.Words.WriteAsync(request.Context, outcome);
        return outcome switch { ProofOutcome.HandoverBusy => HandoverEnd.Busy, ProofOutcome.Unavailable => HandoverEnd.Unavailable, _ => HandoverEnd.Unproven };
    }

    private async ValueTask<HandoverEnd> HandOverAsync(StepRequest request, string key, ReadOnlyMemory<byte> body, ProofReservation reservation)
    {
        try
        {
            await handoff.GrantAsync(key, CancellationToken.None);
        }
        catch (HandoffUnavailableException error)
        {
            LogHandoffFailed(error.Message);
            // It may have arrived all the same.
            await RevokeAsync(key);
            await reservation.ReleaseAsync();
            await StepBody.RefuseAsync(request, "unavailable", Refusal.Unavailable, typed: key);
            return HandoverEnd.Unavailable;
        }

        return await ForwardAsync(request, key, body, reservation, () => RevokeAsync(key));
    }

    private ValueTask<HandoverEnd> ForwardAsync(StepRequest request, string typed, ReadOnlyMemory<byte> body, ProofReservation reservation, Func<ValueTask>? takeBack) =>
        app.ForwardAsync(request, typed, body, reservation, "reset", takeBack, () => notice.SendAsync(typed, askers.Of(request.Context.Request, request.Client)));

    private async ValueTask RevokeAsync(string key)
    {
        try
        {
            await handoff.RevokeAsync(key, CancellationToken.None);
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
