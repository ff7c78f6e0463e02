using Microsoft.Extensions.Logging;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Hands a proven reset to the app: puts the proof where the app looks, forwards, and takes it back.
/// </summary>
internal sealed partial class ResetHandover(
    ProofFlow flow,
    IHandoff handoff,
    ProvenForward app,
    Askers askers,
    OwnerNotice notice,
    ILogger<ResetHandover> logger)
{
    private static readonly string[] Required = ["email", "new_password", "confirm_new_password"];

    /// <summary>Answers the reset.</summary>
    public async ValueTask HandleAsync(StepRequest request)
    {
        var context = request.Context;
        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        if (body.Problem != BodyProblem.None)
        {
            request.Decision.Make("bad_body");
            await RagflowAnswers.WriteAsync(context, body.Problem);
            return;
        }

        if (!Required.All(name => body.Fields[name].IsGiven))
        {
            request.Decision.Make("field_missing");
            await RagflowAnswers.Refuse(context, RagflowEnvelope.Argument, "email and passwords are required");
            return;
        }

        if (body.Fields.RepeatsName)
        {
            request.Decision.Make("field_repeated");
            await RagflowAnswers.Refuse(context, RagflowEnvelope.Argument, "a field is given twice");
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
            return await HandOverAsync(request, typed!, body, reservation);
        }

        request.Decision.Make(outcome, typed);
        await RagflowAnswers.WriteAsync(request.Context, outcome);
        return outcome switch { ProofOutcome.HandoverBusy => HandoverEnd.Busy, ProofOutcome.Unavailable => HandoverEnd.Unavailable, _ => HandoverEnd.Unproven };
    }

    private async ValueTask<HandoverEnd> HandOverAsync(StepRequest request, string key, ReadOnlyMemory<byte> body, ProofReservation reservation)
    {
        var context = request.Context;
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
            request.Decision.Make("unavailable", key);
            await RagflowAnswers.Refuse(context, RagflowEnvelope.ServerError, RagflowAnswers.Unavailable);
            return HandoverEnd.Unavailable;
        }

        return await app.ForwardAsync(request, key, body, reservation, "reset", () => RevokeAsync(key), () => notice.SendAsync(key, askers.Of(request.Context.Request, request.Client)));
    }

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
