using System.Net;
using System.Net.Sockets;
using Sidecar.Loop;

namespace Sidecar.Tests.Sockets;

public sealed class LoopSocketTests : IDisposable
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _room = new byte[1024];

    public LoopSocketTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The loop is Linux's.");
        _server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _server.Listen();
    }

    [Fact]
    public async Task Receive_BeforeAnythingCame_GetsItWhenItComes()
    {
        var (ours, theirs) = await OpenAsync();
        using var _ = ours;
        using var __ = theirs;
        for (var i = 0; i < 100; i++)
        {
            var receiving = ours.ReceiveAsync(_room);
            Assert.False(receiving.IsCompleted);
            await theirs.SendAsync("hello"u8.ToArray());
            Assert.Equal(5, await receiving);
        }
    }

    /// <summary>The end is told once, with the data before it; a read that leaves the end unread must know that it is there.</summary>
    [Fact]
    public async Task Receive_EndCameWithTheData_GetsBoth()
    {
        var (ours, theirs) = await OpenAsync();
        using var _ = ours;
        await theirs.SendAsync("hello"u8.ToArray());
        theirs.Dispose();

        Assert.Equal(5, await ours.ReceiveAsync(_room));
        Assert.Equal(0, await ours.ReceiveAsync(_room).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, await ours.ReceiveAsync(_room).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    /// <summary>Who reads on while there is something does not keep the loop's thread.</summary>
    [Fact]
    public async Task Receive_MuchIsThere_GivesWayNowAndThen()
    {
        var (ours, theirs) = await OpenAsync();
        using var _ = ours;
        using var __ = theirs;
        await theirs.SendAsync(new byte[200 * LoopWait.MostReads]);
        var waits = 0;

        for (var i = 0; i < 200 * LoopWait.MostReads; i++)
        {
            var receiving = ours.ReceiveAsync(_room.AsMemory(0, 1));
            waits += receiving.IsCompleted ? 0 : 1;
            Assert.Equal(1, await receiving.AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        }

        Assert.InRange(waits, 20, 400);
    }

    /// <summary>Another thread would take its turns from this one where there is one core.</summary>
    [Fact]
    public async Task Receive_ThatGaveWay_GoesOnOnTheLoop()
    {
        var (ours, theirs) = await OpenAsync();
        using var _ = ours;
        using var __ = theirs;
        var reading = CountHandOversAsync();

        await theirs.SendAsync(new byte[5 * LoopWait.MostReads]);

        Assert.Equal(0, await reading.WaitAsync(TimeSpan.FromSeconds(10)));

        async Task<int> CountHandOversAsync()
        {
            var handOvers = 0;
            for (var i = 0; i < 5 * LoopWait.MostReads; i++)
            {
                await ours.ReceiveAsync(_room.AsMemory(0, 1)).ConfigureAwait(false);
                handOvers += ours.IsNear ? 0 : 1;
            }

            return handOvers;
        }
    }

    /// <summary>A read that was filled leaves something behind that is not told again.</summary>
    [Fact]
    public async Task Receive_LessRoomThanThereIs_GetsTheRest()
    {
        var (ours, theirs) = await OpenAsync();
        using var _ = ours;
        using var __ = theirs;
        await theirs.SendAsync("hello"u8.ToArray());

        Assert.Equal(3, await ours.ReceiveAsync(_room.AsMemory(0, 3)));
        Assert.Equal(2, await ours.ReceiveAsync(_room.AsMemory(0, 3)).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Send_MoreThanTheKernelHolds_GoesOnWhenThePeerReads()
    {
        var (ours, theirs) = await OpenAsync();
        using var _ = ours;
        using var __ = theirs;
        var (left, waits) = (32 * 1024 * 1024, 0);
        var reading = Task.CompletedTask;
        while (left > 0)
        {
            var sending = ours.SendAsync(new byte[Math.Min(left, 1024 * 1024)]);
            if (!sending.IsCompleted && waits++ == 0)
            {
                reading = ReadAsync(theirs, 32 * 1024 * 1024);
            }

            left -= await sending.AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.NotEqual(0, waits);
        await reading.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Dispose_WhileSomebodyWaits_EndsTheWait()
    {
        var (ours, theirs) = await OpenAsync();
        using var _ = theirs;
        var receiving = ours.ReceiveAsync(_room);

        ours.Dispose();

        Assert.Equal(SocketError.OperationAborted, (await Assert.ThrowsAsync<SocketException>(() => receiving.AsTask().WaitAsync(TimeSpan.FromSeconds(10)))).SocketErrorCode);
        Assert.Equal(0, await theirs.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task Connect_NobodyListens_Fails()
    {
        var address = _server.LocalEndPoint!;
        _server.Dispose();

        var error = await Assert.ThrowsAsync<SocketException>(() => LoopSocket.ConnectAsync(address, CancellationToken.None).AsTask());

        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
    }

    [Fact]
    public async Task Connect_ByName_Connects()
    {
        using var ours = await LoopSocket.ConnectAsync(new DnsEndPoint("localhost", ((IPEndPoint)_server.LocalEndPoint!).Port), CancellationToken.None);
        using var theirs = await _server.AcceptAsync();
        await theirs.SendAsync("hello"u8.ToArray());

        Assert.Equal(5, await ours.ReceiveAsync(_room));
    }

    public void Dispose() => _server.Dispose();

    private static async Task ReadAsync(Socket socket, int left)
    {
        var room = new byte[64 * 1024];
        while (left > 0)
        {
            left -= await socket.ReceiveAsync(room);
        }
    }

    private async Task<(IStreamSocket Ours, Socket Theirs)> OpenAsync() =>
        (await LoopSocket.ConnectAsync(_server.LocalEndPoint!, CancellationToken.None), await _server.AcceptAsync());
}
