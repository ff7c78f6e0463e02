using System.Net;
using System.Net.Sockets;
using Sidecar.Loop;

namespace Sidecar.Tests.Sockets;

public sealed class LoopStreamTests : IAsyncLifetime
{
    private const int Much = 32 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _room = new byte[1024];
    private LoopStream _ours = null!;
    private Socket _theirs = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The loop is Linux's.");
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ours = new(await LoopSocket.ConnectAsync(_listener.LocalEndPoint!, CancellationToken.None));
        _theirs = await _listener.AcceptAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_BeforeAnythingCame_GetsItWhenItComes(bool cancellable)
    {
        using var cancellation = new CancellationTokenSource();
        for (var i = 0; i < 100; i++)
        {
            var reading = _ours.ReadAsync(_room, cancellable ? cancellation.Token : CancellationToken.None);
            Assert.False(reading.IsCompleted);
            await _theirs.SendAsync("hello"u8.ToArray());
            Assert.Equal(5, await reading.AsTask().WaitAsync(Patience));
        }

        Assert.Equal("hello"u8.ToArray(), _room[..5]);
    }

    /// <summary>Who waits so lends no buffer to a connection that is silent.</summary>
    [Fact]
    public async Task Read_WithoutRoom_WaitsUntilThereIsSomethingAndTakesNothing()
    {
        var waiting = _ours.ReadAsync(Memory<byte>.Empty).AsTask();
        await Task.Delay(50);
        Assert.False(waiting.IsCompleted);

        await _theirs.SendAsync("hello"u8.ToArray());

        Assert.Equal(0, await waiting.WaitAsync(Patience));
        Assert.Equal(0, await _ours.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Patience));
        Assert.Equal(5, await _ours.ReadAsync(_room, 0, 100).WaitAsync(Patience));
    }

    [Fact]
    public async Task Read_AtTheEnd_IsNothing()
    {
        var reading = _ours.ReadAsync(_room).AsTask();
        _theirs.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await reading.WaitAsync(Patience));
        Assert.Equal(0, await _ours.ReadAsync(_room).AsTask().WaitAsync(Patience));
        await _ours.WriteAsync("hello"u8.ToArray());
        Assert.Equal(5, await _theirs.ReceiveAsync(_room));
    }

    /// <summary>HttpClient takes nothing else for the end of a connection.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_ConnectionIsReset_FailsAsStreamsDo(bool cancellable)
    {
        using var cancellation = new CancellationTokenSource();
        var reading = _ours.ReadAsync(_room, cancellable ? cancellation.Token : CancellationToken.None).AsTask();
        Reset();

        var error = await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Patience));

        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(error.InnerException).SocketErrorCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_MoreThanTheKernelHolds_EndsWhenAllIsSent(bool cancellable)
    {
        using var cancellation = new CancellationTokenSource();
        var sent = new byte[Much];
        for (var at = 0; at < sent.Length; at++)
        {
            sent[at] = (byte)((at * 31) >> 3);
        }

        var writing = _ours.WriteAsync(sent, cancellable ? cancellation.Token : CancellationToken.None).AsTask();
        Assert.False(writing.IsCompleted);

        var read = new byte[Much];
        for (var at = 0; at < read.Length;)
        {
            at += await _theirs.ReceiveAsync(read.AsMemory(at)).AsTask().WaitAsync(Patience);
        }

        await writing.WaitAsync(Patience);
        Assert.True(sent.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task Write_OfNothing_SendsNothing()
    {
        await _ours.WriteAsync(ReadOnlyMemory<byte>.Empty);
        await _ours.FlushAsync();

        Assert.Equal(0, _theirs.Available);
    }

    [Fact]
    public async Task Write_ConnectionIsReset_FailsAsStreamsDo()
    {
        var writing = _ours.WriteAsync(new byte[Much]).AsTask();
        Reset();

        var error = await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(Patience));

        Assert.IsType<SocketException>(error.InnerException);
        await Assert.ThrowsAsync<IOException>(() => _ours.WriteAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task Read_Cancelled_EndsAndWithItTheConnection()
    {
        using var cancellation = new CancellationTokenSource();
        var reading = _ours.ReadAsync(_room, cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.Equal(0, await _theirs.ReceiveAsync(_room).WaitAsync(Patience));
    }

    [Fact]
    public async Task Write_Cancelled_EndsAndWithItTheConnection()
    {
        using var cancellation = new CancellationTokenSource();
        var writing = _ours.WriteAsync(new byte[Much], cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.WaitAsync(Patience));
        await Assert.ThrowsAsync<IOException>(() => _ours.WriteAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task Read_CancelledBeforehand_TouchesNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _ours.ReadAsync(_room, new CancellationToken(canceled: true)).AsTask());

        await _theirs.SendAsync("hello"u8.ToArray());
        Assert.Equal(5, await _ours.ReadAsync(_room).AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task Dispose_WhileOneReadsAndAnotherWrites_EndsBoth()
    {
        var reading = _ours.ReadAsync(_room).AsTask();
        var writing = _ours.WriteAsync(new byte[Much]).AsTask();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(_ours.Dispose)));

        await Assert.ThrowsAnyAsync<Exception>(() => writing.WaitAsync(Patience));
        // Goodbye is said first, and that is the end to whoever reads.
        Assert.Equal(0, await Ended(reading).WaitAsync(Patience));
        await Assert.ThrowsAsync<IOException>(() => _ours.ReadAsync(_room).AsTask());
        await _ours.DisposeAsync();
    }

    public ValueTask DisposeAsync()
    {
        _ours?.Dispose();
        _theirs?.Dispose();
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<int> Ended(Task<int> reading)
    {
        try
        {
            return await reading;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private void Reset()
    {
        _theirs.LingerState = new(true, 0);
        _theirs.Dispose();
    }
}
