using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Sidecar.Loop;

namespace Sidecar.Http1;

/// <summary>
/// One connection to a server. A read is always pending on it, also between exchanges: an end, or a word nobody asked for, is
/// known before the next request is entrusted to it, and costs no system call to find out.
/// </summary>
internal sealed class Http1Connection : IDisposable
{
    /// <summary>Most heads, and little enough to be held by ten thousand silent streams.</summary>
    private const int BufferBytes = 4 * 1024;

    private readonly IStreamSocket _socket;
    private readonly TimeProvider _time;
    private byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private ValueTask<int> _pending;
    private bool _isPending;
    private volatile bool _isEnded;

    private Http1Connection(IStreamSocket socket, TimeProvider time)
    {
        _socket = socket;
        _time = time;
        LastActive = time.GetTimestamp();
    }

    /// <summary>When the last byte went either way.</summary>
    public long LastActive { get; set; }

    /// <summary>Who uses it now; null between exchanges.</summary>
    public IExchange? Exchange { get; set; }

    /// <summary>Whether it has carried a whole exchange before, so that its server may have given it up.</summary>
    public bool IsReused { get; private set; }

    /// <summary>The head of the answer that is being read; one for all, because there is one at a time.</summary>
    public ResponseHead Head { get; } = new();

    /// <summary>What has come and was not consumed.</summary>
    public ReadOnlyMemory<byte> Received => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Whether the last read filled all there was room for, so that much more is likely to come.</summary>
    public bool IsFull => _end == _buffer.Length;

    /// <summary>Whether its answers are heard by this thread.</summary>
    public bool IsNear => _socket.IsNear;

    /// <summary>Whether nothing has happened on it since the last exchange.</summary>
    public bool IsQuiet => !_isEnded && _start == _end && _isPending && !_pending.IsCompleted;

    /// <param name="server">Where to connect.</param>
    /// <param name="usesLoop">Whether a loop of ours serves its socket, or the runtime.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async ValueTask<Http1Connection> OpenAsync(EndPoint server, bool usesLoop, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = await (usesLoop ? LoopSocket.ConnectAsync(server, cancellationToken) : RuntimeSocket.ConnectAsync(server, cancellationToken));
        var connection = new Http1Connection(socket, time);
        connection.Listen();
        return connection;
    }

    /// <summary>Gets ready for the next exchange; false when there can be none.</summary>
    public bool TryRest()
    {
        if (_isEnded || _start != _end)
        {
            return false;
        }

        IsReused = true;
        if (!_isPending)
        {
            Listen();
        }

        return IsQuiet;
    }

    /// <summary>Sends all of it. The clock is not looked at: where nothing holds it up, it was looked at a moment ago.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sending = _socket.SendAsync(bytes);
        return sending.IsCompletedSuccessfully ? SentAsync(sending.Result, bytes) : SendRestAsync(sending, bytes);
    }

    /// <summary>Waits for more; what it gives goes to <see cref="Take"/>. One call for two would cost each exchange a second wait.</summary>
    public ValueTask<int> ReadAsync()
    {
        if (!_isPending)
        {
            Listen();
        }

        _isPending = false;
        return _pending;
    }

    /// <summary>Adds what was read to <see cref="Received"/>; false at the end.</summary>
    public bool Take(int count)
    {
        Touch();
        _end += count;
        return count > 0;
    }

    /// <summary>Receives past the buffer, which must be empty; 0 at the end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> bytes)
    {
        var count = await _socket.ReceiveAsync(bytes);
        Touch();
        return count;
    }

    /// <summary>Tells that the exchange goes on, where the connection itself cannot know.</summary>
    public void Touch() => LastActive = _time.GetTimestamp();

    public void Consume(int count) => _start += count;

    /// <summary>Says goodbye between exchanges, where a mere end with a read pending would be a reset in the server's log.</summary>
    public void Close()
    {
        try
        {
            _socket.Shutdown();
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has been ended already.
        }

        Dispose();
    }

    /// <summary>Ends it from any thread; whatever waits on it fails, and the server learns at once that nobody does any more.</summary>
    public void Dispose()
    {
        _isEnded = true;
        _socket.Dispose();
    }

    private ValueTask SentAsync(int count, ReadOnlyMemory<byte> bytes) => count == bytes.Length ? ValueTask.CompletedTask : SendRestAsync(new(count), bytes);

    private async ValueTask SendRestAsync(ValueTask<int> sending, ReadOnlyMemory<byte> bytes)
    {
        bytes = bytes[await sending..];
        Touch();
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes)..];
            Touch();
        }
    }

    private void Listen()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == _buffer.Length)
        {
            var larger = _start > 0 ? _buffer : new byte[_buffer.Length * 2];
            Received.Span.CopyTo(larger);
            (_buffer, _start, _end) = (larger, 0, _end - _start);
        }

#pragma warning disable CA2012 // It waits until the next exchange, and is awaited once: ReadAsync hands it out, and only where one is pending.
        _pending = _socket.ReceiveAsync(_buffer.AsMemory(_end));
#pragma warning restore CA2012
        _isPending = true;
    }
}

/// <summary>What goes on over a connection, as far as somebody else may have to end it.</summary>
internal interface IExchange
{
    /// <summary>Nothing has moved either way for too long: ends it, with its connection. Comes from any thread.</summary>
    void TimeOut();
}
