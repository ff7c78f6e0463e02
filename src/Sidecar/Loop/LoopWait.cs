using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Sidecar.Loop;

/// <summary>One direction of a socket: at most one call at a time, made when the kernel is ready for it.</summary>
internal sealed class LoopWait(Socket socket, EventLoop loop, bool isSend) : IValueTaskSource<int>
{
    /// <summary>
    /// What is read without a wait in between before others have their turn: somebody who sends as fast as it is read would
    /// keep the loop's thread for as long as he likes. Sending needs no such bound: what is sent was read before.
    /// </summary>
    public const int MostReads = 128;

    private const int MostBytes = 256 * 1024;

    private readonly Lock _lock = new();
    private int _reads;
    private int _read;
    private ManualResetValueTaskSourceCore<int> _source;
    private Memory<byte> _bytes;
    private bool _isWaiting;
    private bool _isAborted;
    private bool _isInterrupted;
    private volatile bool _isReady;
    private volatile bool _isEnding;

    /// <summary>Whether a call is worth it.</summary>
    public bool IsReady
    {
        init => _isReady = value;
    }

    /// <summary>Receives or sends as much as goes at once, now or when the loop says so; then on the loop's thread.</summary>
    public ValueTask<int> RunAsync(Memory<byte> bytes)
    {
        if (!isSend && (_reads >= MostReads || _read >= MostBytes))
        {
            return GiveWay(bytes);
        }

        while (true)
        {
            if (TryRun(bytes, out var count, out var error))
            {
                (_reads, _read) = (_reads + 1, _read + count);
                return error == SocketError.Success ? new(count) : ValueTask.FromException<int>(new SocketException((int)error));
            }

            lock (_lock)
            {
                if (_isAborted)
                {
                    return ValueTask.FromException<int>(new SocketException((int)SocketError.OperationAborted));
                }

                if (_isInterrupted)
                {
                    _isInterrupted = false;
                    return ValueTask.FromException<int>(new SocketException((int)SocketError.Interrupted));
                }

                if (!_isReady)
                {
                    _source.Reset();
                    (_bytes, _isWaiting) = (bytes, true);
                    return new(this, _source.Version);
                }
            }
        }
    }

    /// <summary>On the loop's thread: makes the call that waits, if one does, and goes on with what waits for that.</summary>
    public void Hear(bool isEnding)
    {
        lock (_lock)
        {
            _isEnding |= isEnding;
            _isReady = true;
            if (!_isWaiting)
            {
                return;
            }

            // From here on the bytes are the kernel's to write to, and nobody may be told that the wait is over.
            _isWaiting = false;
        }

        int count;
        SocketError error;
        while (!TryRun(_bytes, out count, out error))
        {
            lock (_lock)
            {
                if (_isAborted)
                {
                    error = SocketError.OperationAborted;
                    break;
                }

                if (_isInterrupted)
                {
                    _isInterrupted = false;
                    error = SocketError.Interrupted;
                    break;
                }

                // Who gave way is not on the loop's thread, which may have heard more meanwhile.
                if (!_isReady)
                {
                    _isWaiting = true;
                    return;
                }
            }
        }

        Finish(count, error);
    }

    /// <summary>Fails the call that waits, and all that come.</summary>
    public void Abort()
    {
        lock (_lock)
        {
            _isAborted = true;
            if (!_isWaiting)
            {
                return;
            }

            _isWaiting = false;
        }

        // Elsewhere: whoever ends a socket may hold a lock that is wanted by whoever waits on it.
        ThreadPool.UnsafeQueueUserWorkItem(static wait => wait.Finish(0, SocketError.OperationAborted), this, preferLocal: false);
    }

    /// <summary>Fails the call that waits, or the next one that has to; those after it are made as ever.</summary>
    public void Interrupt()
    {
        lock (_lock)
        {
            if (!_isWaiting)
            {
                _isInterrupted = true;
                return;
            }

            _isWaiting = false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static wait => wait.Finish(0, SocketError.Interrupted), this, preferLocal: false);
    }

    int IValueTaskSource<int>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Goes on when others have had their turn: behind them on the loop's thread, in the thread pool elsewhere.</summary>
    private ValueTask<int> GiveWay(Memory<byte> bytes)
    {
        lock (_lock)
        {
            if (_isAborted)
            {
                return ValueTask.FromException<int>(new SocketException((int)SocketError.OperationAborted));
            }

            _source.Reset();
            (_bytes, _isWaiting) = (bytes, true);
        }

        var version = _source.Version;
        if (!loop.TryPutBehind(this))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static wait => wait.Hear(isEnding: false), this, preferLocal: false);
        }

        return new(this, version);
    }

    private bool TryRun(Memory<byte> bytes, out int count, out SocketError error)
    {
        (count, error) = (0, SocketError.WouldBlock);
        if (!_isReady)
        {
            return false;
        }

        // Before the call: what comes while it runs is told, and must not be forgotten after it.
        _isReady = false;
        try
        {
            count = isSend ? socket.Send(bytes.Span, SocketFlags.None, out error) : socket.Receive(bytes.Span, SocketFlags.None, out error);
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted;
        }

        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        // A short read has taken all there was; an end, or what comes before it, is told no second time.
        if (isSend || count == bytes.Length || count == 0 || _isEnding)
        {
            _isReady = true;
        }

        return true;
    }

    private void Finish(int count, SocketError error)
    {
        _bytes = default;
        (_reads, _read) = (0, 0);
        if (error == SocketError.Success)
        {
            _source.SetResult(count);
        }
        else
        {
            _source.SetException(new SocketException((int)error));
        }
    }
}
