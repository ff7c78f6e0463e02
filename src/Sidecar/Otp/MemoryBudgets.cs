using Sidecar.Hosting;

namespace Sidecar.Otp;

/// <summary>The windows of one address's limits; what <c>windows.lua</c> does to them in Redis.</summary>
internal sealed class MemoryBudgets
{
    private readonly Dictionary<(string Limit, TimeSpan Window, long Length), SlidingWindow> _windows = [];

    public bool IsEmpty => _windows.Count == 0;

    public void Forget(long now)
    {
        foreach (var (name, window) in _windows)
        {
            if (window.IsIdle(now))
            {
                _windows.Remove(name);
            }
        }
    }

    /// <summary>What a limit says to one more, which takes nothing yet. With <paramref name="by"/>, that one may take half, rounded up.</summary>
    public BudgetState Judge(LimitOptions limit, long now, string? by = null)
    {
        if (limit.Mode == LimitMode.Off)
        {
            return default;
        }

        var window = Of(limit);
        var wait = window?.Wait(limit.Permits, 1, now) ?? 0;
        if (by is not null)
        {
            wait = Math.Max(wait, window?.Wait((limit.Permits + 1) / 2, 1, now, by) ?? 0);
        }

        var decision = wait == 0 ? BudgetDecision.Allowed : limit.Mode == LimitMode.DryRun ? BudgetDecision.DryRun : BudgetDecision.Refused;
        return new(decision, TimeSpan.FromMilliseconds(wait));
    }

    /// <summary>Takes what was allowed; what only would have been refused is not counted, as it would not have been.</summary>
    /// <returns>What gives it back; null when nothing was taken.</returns>
    public Action? Take(BudgetState judged, LimitOptions limit, long now, string by = "")
    {
        if (judged.Decision != BudgetDecision.Allowed)
        {
            return null;
        }

        var window = Of(limit) ?? (_windows[Key(limit)] = new SlidingWindow(limit.Permits, limit.Window));
        var segment = window.Add(1, now, by);
        return () => window.GiveBack(segment, by);
    }

    private SlidingWindow? Of(LimitOptions limit) => _windows.GetValueOrDefault(Key(limit));

    private static (string Limit, TimeSpan Window, long Length) Key(LimitOptions limit) => (limit.Name, limit.Window, SlidingWindow.Length(limit.Permits, limit.Window));
}
