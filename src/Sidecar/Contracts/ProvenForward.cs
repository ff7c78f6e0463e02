using Sidecar.Hosting;
using Sidecar.Proof;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Forwards what a reserved proof allows, and settles the reservation by what the app said: used on its success and where nobody
/// can tell, released where it refused or never got the request. The client's disconnect stops none of it.
/// </summary>
internal sealed class ProvenForward(AppForwarder forwarder, ForwardOptions options, ClientAddressResolver clients, TicketCarrier tickets, OwnHeaders own, AppTrouble? trouble = null)
{
    /// <summary>Longer than the app may take, so that no second proof of the address is at the app with the first.</summary>
    public TimeSpan Lease => options.ResetTimeout + options.ConnectTimeout + TimeSpan.FromSeconds(5);

    /// <param name="request">The request, whose path goes out in its plain spelling.</param>
    /// <param name="typed">The proven address as the body has it.</param>
    /// <param name="body">The body as it came and was read.</param>
    /// <param name="reservation">The proof.</param>
    /// <param name="accepted">How the app's success is told.</param>
    /// <param name="takeBack">Ends what the app was given besides, before the reservation is settled.</param>
    /// <param name="done">What follows from the app's success, before the client has the answer.</param>
    public async ValueTask<HandoverEnd> ForwardAsync(
        StepRequest request,
        string typed,
        ReadOnlyMemory<byte> body,
        ProofReservation reservation,
        string accepted,
        Func<ValueTask>? takeBack = null,
        Func<ValueTask>? done = null)
    {
        var context = request.Context;
        var unreached = false;
        var transformer = new VerdictTransformer(clients, own, request.Route.AppPath, request.Route.Words, verdict => SettleAsync(
            verdict, verdict switch { AppVerdict.Accepted => accepted, AppVerdict.Refused => "refused_by_app", _ => "app_unknown" }));
        try
        {
            context.Request.Body = new MemoryStream(body.ToArray(), writable: false);
            await forwarder.ForwardResetAsync(context, transformer, request.Route.Words.WriteAppFailure);
        }
        finally
        {
            if (transformer.Verdict is null)
            {
                unreached = AppForwarder.NeverReachedApp(context);
                await SettleAsync(unreached ? AppVerdict.Refused : AppVerdict.Unknown, unreached ? "app_unreachable" : "app_unknown");
            }
        }

        if (transformer.IsAbsent)
        {
            // Perhaps another release than a moment ago.
            trouble?.Tell();
        }

        return transformer.Verdict switch
        {
            AppVerdict.Accepted => HandoverEnd.Accepted,
            AppVerdict.Refused => transformer.IsAbsent ? HandoverEnd.Absent : HandoverEnd.Refused,
            _ => unreached ? HandoverEnd.Unreached : HandoverEnd.Unknown,
        };

        async ValueTask SettleAsync(AppVerdict verdict, string outcome)
        {
            await (takeBack?.Invoke() ?? ValueTask.CompletedTask);
            await (verdict == AppVerdict.Refused ? reservation.ReleaseAsync() : reservation.UseAsync());
            request.Decision.Make(outcome, typed);
            if (verdict == AppVerdict.Accepted)
            {
                tickets.Delete(context, request.Client, request.Route.Purpose);
                await (done?.Invoke() ?? ValueTask.CompletedTask);
            }
        }
    }
}
