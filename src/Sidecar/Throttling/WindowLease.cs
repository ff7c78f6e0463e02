using System.Threading.RateLimiting;
using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>The answer of a window limiter, with all that the RateLimit fields need.</summary>
/// <param name="state">How the window stands; null when only an asynchronous request can tell.</param>
/// <param name="limit">The limit.</param>
/// <param name="giveBack">Gives one permit back, by the segment it was taken in.</param>
internal sealed class WindowLease(WindowState? state, LimitOptions limit, Func<long, ValueTask>? giveBack = null) : RateLimitLease
{
    public static MetadataName<int> Limit { get; } = MetadataName.Create<int>("LIMIT");

    public static MetadataName<int> Remaining { get; } = MetadataName.Create<int>("REMAINING");

    public static MetadataName<TimeSpan> Window { get; } = MetadataName.Create<TimeSpan>("WINDOW");

    public static MetadataName<TimeSpan> Reset { get; } = MetadataName.Create<TimeSpan>("RESET");

    public WindowState? State { get; } = state;

    public override bool IsAcquired => State is { Taken: true };

    /// <summary>Gives the permit back, because what it was taken for did not happen. Disposing does not: time alone returns permits.</summary>
    public ValueTask GiveBackAsync() => IsAcquired && giveBack is not null ? giveBack(State!.Value.Segment) : ValueTask.CompletedTask;

    public override IEnumerable<string> MetadataNames =>
        State is null ? [] : [MetadataName.RetryAfter.Name, Limit.Name, Remaining.Name, Window.Name, Reset.Name];

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = State is not { } state
            ? null
            : metadataName switch
            {
                _ when metadataName == MetadataName.RetryAfter.Name => state.Taken ? null : state.RetryAfter,
                _ when metadataName == Limit.Name => limit.Permits,
                _ when metadataName == Remaining.Name => state.Remaining,
                _ when metadataName == Window.Name => limit.Window,
                _ when metadataName == Reset.Name => state.Reset,
                _ => null,
            };
        return metadata is not null;
    }
}
