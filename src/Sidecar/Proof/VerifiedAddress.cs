using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Proof;

/// <summary>
/// Tells whose address a client has proven, from its ticket alone: for whoever tells the app so, on requests that name no address.
/// Changes nothing; a proof that is reserved or used up is none.
/// </summary>
internal sealed class VerifiedAddress(IOtpStore store, TicketSealer tickets)
{
    /// <summary>The address with ASCII in lower case; null where nothing is proven.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot say.</exception>
    public async ValueTask<string?> OfAsync(string? ticket, Purpose purpose, CancellationToken cancellationToken) =>
        tickets.Open(ticket, purpose) is { Stage: TicketStage.Verified, Address: { } address } verified && await store.IsVerifiedAsync(verified.Flow, cancellationToken)
            ? address
            : null;
}
