using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>Makes limiters that count in Redis where there is one, and in this process where not, so that no limit asks which.</summary>
/// <param name="time">The process's clock.</param>
/// <param name="shared">Makes the common count of a limit; null with the memory store.</param>
internal sealed class AxisLimiters(TimeProvider time, Func<LimitOptions, RedisWindowLimiter>? shared)
{
    public AxisLimiter Of(LimitOptions limit) => new(limit, shared?.Invoke(limit), new MemoryWindowLimiter(limit, time));

    /// <summary>Gives a limiter other numbers.</summary>
    public void Retune(AxisLimiter limiter, LimitOptions limit) => limiter.Retune(limit, shared?.Invoke(limit));
}

/// <summary>The limits of the taken-over routes by client address.</summary>
/// <param name="Client">On every request, before anything else.</param>
/// <param name="Captcha">On pictures, which cost the most to make.</param>
internal sealed record RequestLimits(AxisLimiter Client, AxisLimiter Captcha);
