using System.Threading.RateLimiting;
using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>
/// A limit along one axis: client address, recipient domain, all mails. Asks all replicas' common count, and this replica's own
/// while Redis is down: an axis that holds floods off must not open when the store fails, nor close.
/// </summary>
internal sealed class AxisLimiter
{
    private readonly MemoryWindowLimiter _own;
    private volatile Count _count;

    /// <param name="limit">The limit.</param>
    /// <param name="shared">All replicas' common count; null with the memory store.</param>
    /// <param name="own">This replica's own.</param>
    public AxisLimiter(LimitOptions limit, PartitionedRateLimiter<string>? shared, MemoryWindowLimiter own) => (_own, _count) = (own, new(limit, shared));

    /// <summary>Takes other numbers. What was counted stays counted as far as it is counted alike.</summary>
    public void Retune(LimitOptions limit, PartitionedRateLimiter<string>? shared)
    {
        _own.Retune(limit);
        _count = new(limit, shared);
    }

    /// <summary>Takes a permit for good.</summary>
    /// <param name="partition">Whose permit: for the client axis its address, IPv6 cut to its /64.</param>
    /// <param name="dry">Refuse nothing, although the limit is on: the address may be a proxy's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<LimitDecision> AcquireAsync(string partition, bool dry, CancellationToken cancellationToken) =>
        (await TakeAsync(partition, dry, cancellationToken)).Decision;

    /// <summary>Takes a permit that may be given back.</summary>
    /// <inheritdoc cref="AcquireAsync"/>
    public async ValueTask<LimitPermit> TakeAsync(string partition, bool dry, CancellationToken cancellationToken)
    {
        var (limit, shared) = _count;
        if (limit.Mode == LimitMode.Off)
        {
            return new(new(limit.Name, Allowed: true, 0, limit.Window, 0, TimeSpan.Zero, TimeSpan.Zero), null);
        }

        var lease = await LeaseAsync(shared, partition, cancellationToken);
        dry |= limit.Mode == LimitMode.DryRun;
        LimitTelemetry.Decided(limit.Name, lease.IsAcquired ? LimitTelemetry.Allowed : dry ? LimitTelemetry.DryRun : LimitTelemetry.Refused);
        lease.TryGetMetadata(WindowLease.Remaining, out var remaining);
        lease.TryGetMetadata(WindowLease.Reset, out var reset);
        lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter);
        var allowed = lease.IsAcquired || dry;
        return new(new(limit.Name, allowed, limit.Permits, limit.Window, remaining, reset, allowed ? TimeSpan.Zero : retryAfter), lease as WindowLease);
    }

    private async ValueTask<RateLimitLease> LeaseAsync(PartitionedRateLimiter<string>? shared, string partition, CancellationToken cancellationToken)
    {
        if (shared is not null)
        {
            try
            {
                return await shared.AcquireAsync(partition, 1, cancellationToken);
            }
            catch (StoreUnavailableException)
            {
                // Said once by the connection; here the own count takes over.
            }
        }

        return _own.AttemptAcquire(partition);
    }

    /// <summary>What changes together.</summary>
    private sealed record Count(LimitOptions Limit, PartitionedRateLimiter<string>? Shared);
}

/// <summary>A decision, and the permit behind it for whoever may have to give it back.</summary>
internal readonly record struct LimitPermit(LimitDecision Decision, WindowLease? Lease)
{
    public ValueTask GiveBackAsync() => Lease?.GiveBackAsync() ?? ValueTask.CompletedTask;
}
