namespace Sidecar.Throttling;

/// <summary>What a limit says about a request.</summary>
/// <param name="Name">The limit.</param>
/// <param name="Allowed">Whether the request goes on; also when the limit only runs dry.</param>
/// <param name="Limit">Permits of a window; zero when the limit is off and there is nothing to say.</param>
/// <param name="Window">The window's length.</param>
/// <param name="Remaining">Permits left.</param>
/// <param name="Reset">When the oldest taken permit comes back.</param>
/// <param name="RetryAfter">How long a refused request has to wait; zero otherwise.</param>
internal readonly record struct LimitDecision(
    string Name,
    bool Allowed,
    int Limit,
    TimeSpan Window,
    int Remaining,
    TimeSpan Reset,
    TimeSpan RetryAfter);
