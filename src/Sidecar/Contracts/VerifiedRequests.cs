using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Upstream;
using Sidecar.Verification;

namespace Sidecar.Contracts;

/// <summary>
/// Tells the app, on requests that its operator chose, which address the client has verified. It stands before the forwarder only
/// where some are chosen; where nothing is verified, or nobody can say, the header is simply absent.
/// </summary>
internal sealed class VerifiedRequests(IReadOnlyList<AssertRule> rules, VerifiedAddress verified, TicketCarrier tickets, ClientAddressResolver clients, AssertedRequests asserted)
{
    /// <summary>Adds the assertion where it is due.</summary>
    /// <param name="context">A request that is about to be forwarded.</param>
    /// <param name="target">Its path and query as sent.</param>
    public ValueTask AddAsync(HttpContext context, string target) =>
        rules.Any(rule => rule.IsMet(context.Request.Method, RequestTarget.Path(target))) && tickets.Read(context.Request, clients.Resolve(context), Purpose.Verification) is { } ticket
            ? AddAsync(context, ticket, context.RequestAborted)
            : ValueTask.CompletedTask;

    private async ValueTask AddAsync(HttpContext context, string ticket, CancellationToken cancellationToken)
    {
        try
        {
            if (await verified.OfAsync(ticket, Purpose.Verification, cancellationToken) is { } address)
            {
                asserted.Add(context, address, Purpose.Verification);
            }
        }
        catch (StoreUnavailableException)
        {
            // The app is served all the same, as to somebody who has verified nothing.
        }
    }
}
