using System.Threading.RateLimiting;
using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>
/// The limit by client address. Asks all replicas' common count, and this replica's own while Redis is down: the axis that
/// holds floods off must not open when the store fails, nor close.
/// </summary>
internal sealed class ClientLimiter(LimitOptions limit, PartitionedRateLimiter<string>? shared, PartitionedRateLimiter<string> own)
{
    /// <param name="clientNetwork">The client's address, IPv6 cut to its /64.</param>
    /// <param name="dry">Refuse nothing, although the limit is on: the address may be a proxy's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<LimitDecision> AcquireAsync(string clientNetwork, bool dry, CancellationToken cancellationToken)
    {
        if (limit.Mode == LimitMode.Off)
        {
            return new(limit.Name, Allowed: true, 0, limit.Window, 0, TimeSpan.Zero, TimeSpan.Zero);
        }

        using var lease = await LeaseAsync(clientNetwork, cancellationToken);
        dry |= limit.Mode == LimitMode.DryRun;
        LimitTelemetry.Decided(limit.Name, lease.IsAcquired ? "allowed" : dry ? "dry_run" : "refused");
        lease.TryGetMetadata(WindowLease.Remaining, out var remaining);
        lease.TryGetMetadata(WindowLease.Reset, out var reset);
        lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter);
        return new(limit.Name, lease.IsAcquired || dry, limit.Permits, limit.Window, remaining, reset, lease.IsAcquired || dry ? TimeSpan.Zero : retryAfter);
    }

    private async ValueTask<RateLimitLease> LeaseAsync(string clientNetwork, CancellationToken cancellationToken)
    {
        if (shared is not null)
        {
            try
            {
                return await shared.AcquireAsync(clientNetwork, 1, cancellationToken);
            }
            catch (StoreUnavailableException)
            {
                // Said once by the connection; here the own count takes over.
            }
        }

        return own.AttemptAcquire(clientNetwork);
    }
}
