using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Http1;

namespace Sidecar.Tests.Http1;

/// <summary>Over the runtime's sockets.</summary>
public sealed class Http1PoolTests() : Http1PoolRules(usesLoop: false);

/// <summary>Over a loop's.</summary>
public sealed class Http1PoolOnLoopTests() : Http1PoolRules(usesLoop: true)
{
    [Fact]
    public async Task Take_OnALoop_PrefersWhatIsHeardThereIfItMayRepeat()
    {
        List<Http1Connection> all = [];
        for (var i = 0; i < 8; i++)
        {
            all.Add((await OpenAsync()).Ours);
        }

        all.ForEach(Pool.Return);
        var (probe, theirs) = await OpenAsync();
        var taking = TakeOnTheLoopOfAsync(probe);

        theirs.Send("x"u8);

        var (repeatable, once) = await taking;
        Assert.Equal((true, true), (repeatable, once));

        async Task<(bool IsNear, bool IsLast)> TakeOnTheLoopOfAsync(Http1Connection connection)
        {
            await connection.ReadAsync().ConfigureAwait(false);
            var near = all.FindLast(static connection => connection.IsNear) ?? all[^1];
            return (Pool.Take(Taker, Now, mayRepeat: true) == near, Pool.Take(Taker, Now, mayRepeat: false) == all.FindLast(connection => connection != near));
        }
    }
}

public abstract class Http1PoolRules : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly bool _usesLoop;
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Http1Pool _pool;
    private readonly Exchange _exchange = new();

    protected Http1PoolRules(bool usesLoop)
    {
        _server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _server.Listen();
        _pool = new(_server.LocalEndPoint!, Patience, TimeSpan.FromMinutes(1), _clock, usesLoop);
        _usesLoop = usesLoop;
    }

    private protected Http1Pool Pool => _pool;

    private protected IExchange Taker => _exchange;

    protected long Now => _clock.GetTimestamp();

    [Fact]
    public async Task Take_AfterReturn_GivesTheLastOne()
    {
        var (first, second) = (await OpenAsync(), await OpenAsync());
        _pool.Return(first.Ours);
        _pool.Return(second.Ours);

        Assert.Same(second.Ours, _pool.Take(_exchange, Now, mayRepeat: true));
        Assert.Same(first.Ours, _pool.Take(_exchange, Now, mayRepeat: true));
        Assert.Null(_pool.Take(_exchange, Now, mayRepeat: true));
        Assert.True(first.Ours.IsReused);
    }

    [Fact]
    public async Task Take_ServerHungUp_GivesNone()
    {
        var (ours, theirs) = await OpenAsync();
        _pool.Return(ours);
        theirs.Dispose();

        await UntilAsync(() => !ours.IsQuiet);
        Assert.Null(_pool.Take(_exchange, Now, mayRepeat: true));
        Assert.Equal((0, 0), _pool.Count);
    }

    [Fact]
    public async Task Take_ServerSpokeUnasked_GivesNone()
    {
        var (ours, theirs) = await OpenAsync();
        _pool.Return(ours);
        theirs.Send("HTTP/1.1 200 OK\r\n\r\n"u8);

        await UntilAsync(() => !ours.IsQuiet);
        Assert.Null(_pool.Take(_exchange, Now, mayRepeat: true));
    }

    [Fact]
    public async Task Return_WithSomethingLeft_EndsIt()
    {
        var (ours, theirs) = await OpenAsync();
        theirs.Send("ab"u8);
        Assert.True(ours.Take(await ours.ReadAsync()));
        ours.Consume(1);

        _pool.Return(ours);

        Assert.Equal((0, 0), _pool.Count);
        Assert.Equal(0, await theirs.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Watch_IdleTooLong_EndsItAndOnlyIt()
    {
        var (idle, used) = (await OpenAsync(), await OpenAsync());
        _pool.Return(idle.Ours);

        _clock.Advance(Http1Pool.MostIdle + TimeSpan.FromSeconds(1));

        Assert.Equal((1, 0), _pool.Count);
        Assert.Equal(0, await idle.Theirs.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        await used.Ours.SendAsync("x"u8.ToArray());
        Assert.Equal(1, await used.Theirs.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Watch_ServersHungUp_EndsThoseAndKeepsTheOthers()
    {
        List<(Http1Connection Ours, Socket Theirs)> all = [];
        for (var i = 0; i < 6; i++)
        {
            all.Add(await OpenAsync());
            _pool.Return(all[i].Ours);
        }

        all[1].Theirs.Dispose();
        all[4].Theirs.Dispose();
        await UntilAsync(() => !all[1].Ours.IsQuiet && !all[4].Ours.IsQuiet);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((4, 4), _pool.Count);
        Assert.Equal([all[5].Ours, all[3].Ours, all[2].Ours, all[0].Ours], Enumerable.Range(0, 4).Select(_ => _pool.Take(_exchange, Now, mayRepeat: true)));
    }

    [Fact]
    public async Task Watch_ExchangeWithoutAByte_IsTimedOutAfterTheActivityTimeout()
    {
        var (ours, theirs) = await OpenAsync();
        _clock.Advance(TimeSpan.FromSeconds(50));
        theirs.Send("x"u8);
        Assert.True(ours.Take(await ours.ReadAsync()));

        _clock.Advance(TimeSpan.FromSeconds(50));
        Assert.False(_exchange.IsTimedOut);
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.True(_exchange.IsTimedOut);
    }

    [Fact]
    public async Task Open_NobodyThere_Fails()
    {
        _server.Dispose();

        await Assert.ThrowsAsync<SocketException>(() => _pool.OpenAsync(_exchange, default).AsTask());
        Assert.Equal((0, 0), _pool.Count);
    }

    [Fact]
    public async Task Open_NobodyAnswers_FailsAfterTheConnectTimeout()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var pool = new Http1Pool(full.LocalEndPoint!, TimeSpan.FromMilliseconds(300), Patience, _clock, _usesLoop);

        // The first few fill the queue of a server that takes nobody.
        await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await pool.OpenAsync(_exchange, default);
            }
        });
    }

    [Fact]
    public async Task Read_HeadLargerThanTheBuffer_IsAllThere()
    {
        var (ours, theirs) = await OpenAsync();
        var sent = new byte[50_000];
        Array.Fill(sent, (byte)'x');
        var sending = theirs.SendAsync(sent, TestContext.Current.CancellationToken).AsTask();

        while (ours.Received.Length < sent.Length)
        {
            Assert.True(ours.Take(await ours.ReadAsync()));
        }

        Assert.True(ours.Received.Span.SequenceEqual(sent));
        await sending;
    }

    public void Dispose()
    {
        _pool.Dispose();
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private protected async Task<(Http1Connection Ours, Socket Theirs)> OpenAsync()
    {
        var accepting = _server.AcceptAsync(TestContext.Current.CancellationToken);
        return (await _pool.OpenAsync(_exchange, TestContext.Current.CancellationToken), await accepting);
    }

    private sealed class Exchange : IExchange
    {
        public bool IsTimedOut { get; private set; }

        public void TimeOut() => IsTimedOut = true;
    }
}
