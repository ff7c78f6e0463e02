using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Sidecar.Loop;

namespace Sidecar.Tests.Sockets;

public sealed class LoopOutputTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly LoopSocket _socket;
    private readonly LoopOutput _output;
    private Exception? _failure;

    public LoopOutputTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The loop is Linux's.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client.Connect(listener.LocalEndPoint!);
        _socket = LoopSocket.Of(listener.Accept());
        _output = new(_socket, failure => _failure = failure);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task Flush_WrittenInPieces_SendsAllInOrder(int piece)
    {
        var sent = Some(300_000);
        var reading = ReadAsync(sent.Length);
        for (var at = 0; at < sent.Length; at += piece)
        {
            _output.Write(sent.AsSpan(at, Math.Min(piece, sent.Length - at)));
        }

        Assert.Equal(sent.Length, _output.UnflushedBytes);
        var flushed = await _output.FlushAsync().AsTask().WaitAsync(Patience);

        Assert.Equal((false, false, 0L), (flushed.IsCanceled, flushed.IsCompleted, _output.UnflushedBytes));
        Assert.Equal(sent, await reading.WaitAsync(Patience));
    }

    [Fact]
    public async Task GetMemory_AskedForMuch_LendsItInOnePiece()
    {
        _output.Write("head"u8);
        Some(200_000).CopyTo(_output.GetMemory(200_000));
        _output.Advance(200_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => _output.Advance(1_000_000));

        var reading = ReadAsync(200_004);
        await _output.FlushAsync();

        var read = await reading.WaitAsync(Patience);
        Assert.Equal([.. "head"u8, .. Some(200_000)], read);
    }

    /// <summary>This is what holds up an app whose client does not read.</summary>
    [Fact]
    public async Task Flush_ClientDoesNotRead_WaitsUntilItDoes()
    {
        var sent = Some(32 * 1024 * 1024);
        _output.Write(sent);
        var flushing = _output.FlushAsync().AsTask();
        Assert.False(flushing.IsCompleted);

        var read = await ReadAsync(sent.Length).WaitAsync(Patience);
        Assert.True(sent.AsSpan().SequenceEqual(read));
        Assert.False((await flushing.WaitAsync(Patience)).IsCanceled);
    }

    [Fact]
    public async Task CancelPendingFlush_WhileItWaits_LetsGoAndLosesNothing()
    {
        var sent = Some(32 * 1024 * 1024);
        _output.Write(sent);
        var flushing = _output.FlushAsync().AsTask();

        _output.CancelPendingFlush();
        Assert.True((await flushing.WaitAsync(Patience)).IsCanceled);

        flushing = _output.FlushAsync().AsTask();
        var read = await ReadAsync(sent.Length).WaitAsync(Patience);
        Assert.True(sent.AsSpan().SequenceEqual(read));
        Assert.False((await flushing.WaitAsync(Patience)).IsCanceled);
    }

    [Fact]
    public async Task CancelPendingFlush_BeforeIt_EndsTheNextThatWaits()
    {
        _output.CancelPendingFlush();
        _output.Write(Some(32 * 1024 * 1024));

        Assert.True((await _output.FlushAsync().AsTask().WaitAsync(Patience)).IsCanceled);
    }

    [Fact]
    public async Task Flush_Cancelled_EndsTheWaitAndLosesNothing()
    {
        using var cancellation = new CancellationTokenSource();
        var sent = Some(32 * 1024 * 1024);
        _output.Write(sent);
        var flushing = _output.FlushAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => flushing.WaitAsync(Patience));

        var finishing = _output.FinishAsync().AsTask();
        var read = await ReadAsync(sent.Length).WaitAsync(Patience);
        Assert.True(sent.AsSpan().SequenceEqual(read));
        await finishing.WaitAsync(Patience);
    }

    [Fact]
    public async Task Flush_ClientIsGone_SaysSo()
    {
        _client.LingerState = new(true, 0);
        _client.Dispose();
        var isCompleted = false;
        while (!isCompleted)
        {
            _output.Write("x"u8);
            isCompleted = (await _output.FlushAsync().AsTask().WaitAsync(Patience)).IsCompleted;
        }

        Assert.IsType<SocketException>(_failure);
    }

    [Fact]
    public async Task Finish_AfterAFlushThatWaits_SendsThatAndTheRest()
    {
        var sent = Some(32 * 1024 * 1024);
        _output.Write(sent);
        _ = _output.FlushAsync().AsTask();

        var finishing = _output.FinishAsync().AsTask();
        Assert.False(finishing.IsCompleted);

        var read = await ReadAsync(sent.Length).WaitAsync(Patience);
        Assert.True(sent.AsSpan().SequenceEqual(read));
        await finishing.WaitAsync(Patience);
    }

    [Fact]
    public async Task Finish_WithSomethingWritten_SendsIt()
    {
        _output.Write("bye"u8);

        await _output.FinishAsync();

        Assert.Equal("bye"u8.ToArray(), await ReadAsync(3).WaitAsync(Patience));
    }

    public void Dispose()
    {
        _socket.Dispose();
        _client.Dispose();
    }

    private static byte[] Some(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count; at++)
        {
            bytes[at] = (byte)((at * 31) >> 3);
        }

        return bytes;
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        var read = new byte[count];
        for (var at = 0; at < count;)
        {
            var next = await _client.ReceiveAsync(read.AsMemory(at));
            at += next > 0 ? next : throw new EndOfStreamException();
        }

        return read;
    }
}
