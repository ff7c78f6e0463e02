using System.IO.Pipelines;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Sidecar.Upstream;

/// <summary>
/// How long a client is waited for: for its next request as long as the server in front lets a connection rest, for the rest of a
/// head as long as a head may take, and for nothing new once the server ends.
/// </summary>
internal sealed class FastWait(PipeReader input, TimeProvider time, KestrelServerLimits limits)
{
    private readonly Lock _lock = new();
    private bool _isWaiting;
    private bool _isReading;
    private bool _isLast;
    private bool _isEnded;
    private long _since;
    private int _endings;
    private int _endingsDone;

    /// <summary>Begins to wait, or goes on; false where nobody is waited for any more.</summary>
    /// <param name="isReading">Whether a head has begun. It is still waited for, and answered, when the server ends.</param>
    public bool Begin(bool isReading)
    {
        lock (_lock)
        {
            _isWaiting = true;
            if (!isReading || !_isReading)
            {
                (_isReading, _since) = (isReading, time.GetTimestamp());
            }

            return isReading || !_isLast;
        }
    }

    /// <summary>Ends the wait because something came.</summary>
    /// <param name="isCanceled">Whether what came is the word that it is over.</param>
    /// <returns>Whether that word was said but has not come: the next to read gets it, whatever he waits for.</returns>
    public bool End(bool isCanceled)
    {
        lock (_lock)
        {
            _isWaiting = false;
            if (!_isEnded)
            {
                return false;
            }

            _isEnded = false;
        }

        if (isCanceled)
        {
            return false;
        }

        SpinWait.SpinUntil(() => Volatile.Read(ref _endingsDone) == _endings);
        return true;
    }

    /// <summary>Once a second: has it been too long?</summary>
    public void Look() => End(limits.KeepAliveTimeout, limits.RequestHeadersTimeout);

    /// <summary>The server ends.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isLast = true;
        }

        End(TimeSpan.Zero, TimeSpan.MaxValue);
    }

    private void End(TimeSpan mostIdle, TimeSpan mostReading)
    {
        int ending;
        lock (_lock)
        {
            if (!_isWaiting || _isEnded || time.GetElapsedTime(_since) < (_isReading ? mostReading : mostIdle))
            {
                return;
            }

            _isEnded = true;
            ending = ++_endings;
        }

        // Outside, because who waited goes on right here.
        input.CancelPendingRead();
        lock (_lock)
        {
            _endingsDone = Math.Max(_endingsDone, ending);
        }
    }
}
