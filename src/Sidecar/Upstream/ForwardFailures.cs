using System.Collections.Concurrent;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace Sidecar.Upstream;

/// <summary>
/// Tells that the app fails: at once, and then, while it goes on failing in the same way, once in a while how often. An app that is
/// down fails as many requests as there are, and a line for each would be all the log holds. The metrics count each.
/// </summary>
internal sealed partial class ForwardFailures(TimeProvider time, ILogger<AppForwarder> logger) : IDisposable
{
    /// <summary>Between two lines on the same failure.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string App, string Error), Spell> _spells = [];

    /// <param name="app">The app as it is written; one of a few.</param>
    /// <param name="error">What went wrong, in a word of a closed set.</param>
    /// <param name="cause">What was thrown.</param>
    public void Tell(string app, string error, Exception? cause)
    {
        var why = cause is AuthenticationException ? "its certificate is not trusted, or is for another name: see listeners[].upstream_tls" : cause?.GetType().Name ?? "unknown";
        if (_spells.GetOrAdd((app, error), static (place, all) => new(count => all.LogMore(count, place.App, place.Error), all.Clock), this).IsFirst())
        {
            LogFirst(error, why, app);
        }
    }

    /// <summary>What was not told yet is told.</summary>
    public void Dispose()
    {
        foreach (var spell in _spells.Values)
        {
            spell.Dispose();
        }
    }

    private TimeProvider Clock => time;

    [LoggerMessage(LogLevel.Warning, "The app at {Upstream} did not answer a request whole: {Error} ({Cause}). If this lasts, check that the app runs and that `listeners[].upstream` names it.")]
    private partial void LogFirst(string error, string cause, string upstream);

    [LoggerMessage(LogLevel.Warning, "The app at {Upstream} did not answer {Count} more requests whole: {Error}")]
    private partial void LogMore(int count, string upstream, string error);

    /// <summary>One failure for as long as it is not away for a pause.</summary>
    private sealed class Spell(Action<int> tell, TimeProvider time) : IDisposable
    {
        private readonly Lock _lock = new();
        private ITimer? _timer;
        private int _more;

        public bool IsFirst()
        {
            lock (_lock)
            {
                if (_timer is not null)
                {
                    _more++;
                    return false;
                }

                _timer = Timer();
                return true;
            }
        }

        public void Dispose() => Look(isLast: true);

        /// <summary>What it tells is of many requests, so it must not carry the trace of the one that started it.</summary>
        private ITimer Timer()
        {
            if (ExecutionContext.IsFlowSuppressed())
            {
                return Create();
            }

            using (ExecutionContext.SuppressFlow())
            {
                return Create();
            }

            ITimer Create() => time.CreateTimer(static spell => ((Spell)spell!).Look(), this, Pause, Timeout.InfiniteTimeSpan);
        }

        private void Look(bool isLast = false)
        {
            int more;
            lock (_lock)
            {
                (more, _more) = (_more, 0);
                if (more == 0 || isLast)
                {
                    _timer?.Dispose();
                    _timer = null;
                }
                else
                {
                    _timer?.Change(Pause, Timeout.InfiniteTimeSpan);
                }
            }

            if (more > 0)
            {
                tell(more);
            }
        }
    }
}
