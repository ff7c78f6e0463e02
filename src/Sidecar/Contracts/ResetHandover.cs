using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;
using Sidecar.Proof;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>How a reset ended, for whoever words it otherwise than the app.</summary>
internal enum ResetEnd
{
    Accepted,
    Refused,

    /// <summary>The app has no such path: another release.</summary>
    Absent,

    /// <summary>Nothing of it got to the app.</summary>
    Unreached,

    /// <summary>The app may have taken it.</summary>
    Unknown,
    Unproven,
    Busy,
    Unavailable,
}

/// <summary>
/// Hands a proven reset to the app: puts the proof where the app looks, forwards, takes the proof back, and settles the
/// reservation by what the app said. The client's disconnect stops none of it.
/// </summary>
internal sealed partial class ResetHandover(
    ProofFlow flow,
    IHandoff handoff,
    AppForwarder forwarder,
    ForwardOptions options,
    ClientAddressResolver clients,
    TicketCarrier tickets,
    ILogger<ResetHandover> logger)
{
    private static readonly string[] Required = ["email", "new_password", "confirm_new_password"];

    /// <summary>Longer than the app may take, so that no second proof of the address is at the app with the first.</summary>
    private TimeSpan Lease => options.ResetTimeout + options.ConnectTimeout + TimeSpan.FromSeconds(5);

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
    public async ValueTask<ResetEnd> HandOverAsync(StepRequest request, string? typed, ReadOnlyMemory<byte> body)
    {
        var outcome = await flow.ReserveAsync(typed, request.Ticket, Lease, request.Context.RequestAborted);
        if (outcome is ProofOutcome.Proven { Reservation: var reservation })
        {
            return await HandOverAsync(request, typed!, body, reservation);
        }

        request.Decision.Make(outcome, typed);
        await RagflowAnswers.WriteAsync(request.Context, outcome);
        return outcome switch { ProofOutcome.HandoverBusy => ResetEnd.Busy, ProofOutcome.Unavailable => ResetEnd.Unavailable, _ => ResetEnd.Unproven };
    }

    private async ValueTask<ResetEnd> HandOverAsync(StepRequest request, string key, ReadOnlyMemory<byte> body, ProofReservation reservation)
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
            return ResetEnd.Unavailable;
        }

        var unreached = false;
        var transformer = new ResetTransformer(clients, request.Route.Path, verdict => SettleAsync(
            request, key, reservation, verdict, verdict switch { ResetVerdict.Accepted => "reset", ResetVerdict.Refused => "refused_by_app", _ => "app_unknown" }));
        try
        {
            context.Request.Body = new MemoryStream(body.ToArray(), writable: false);
            await forwarder.ForwardResetAsync(context, transformer);
        }
        finally
        {
            if (transformer.Verdict is null)
            {
                unreached = AppForwarder.NeverReachedApp(context);
                await SettleAsync(request, key, reservation, unreached ? ResetVerdict.Refused : ResetVerdict.Unknown, unreached ? "app_unreachable" : "app_unknown");
            }
        }

        return transformer.Verdict switch
        {
            ResetVerdict.Accepted => ResetEnd.Accepted,
            ResetVerdict.Refused => transformer.IsAbsent ? ResetEnd.Absent : ResetEnd.Refused,
            _ => unreached ? ResetEnd.Unreached : ResetEnd.Unknown,
        };
    }

    private async ValueTask SettleAsync(StepRequest request, string key, ProofReservation reservation, ResetVerdict verdict, string outcome)
    {
        await RevokeAsync(key);
        await (verdict == ResetVerdict.Refused ? reservation.ReleaseAsync() : reservation.UseAsync());
        request.Decision.Make(outcome, key);
        if (verdict == ResetVerdict.Accepted)
        {
            tickets.Delete(request.Context, request.Client);
        }
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
