using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

/// <summary>A client of HTTP/2 that does not begin is not waited for.</summary>
public sealed class Http2PrefaceTests : IAsyncDisposable
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly Client _client = new();
    private string? _served;

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    public async Task Await_NothingWhole_IsEndedAfterThePatience(string said)
    {
        await _client.SayAsync(said);
        var serving = ServeAsync();
        _clock.Advance(Patience - TimeSpan.FromSeconds(1));
        Assert.False(serving.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await serving.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.True(_client.IsAborted);
        Assert.Null(_served);
    }

    [Fact]
    public async Task Await_InParts_IsServedWithEveryByte()
    {
        var serving = ServeAsync();
        foreach (var part in new[] { Preface[..1], Preface[1..20], Preface[20..] + "more" })
        {
            await _client.SayAsync(part);
        }

        await serving.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(Preface + "more", _served);
        Assert.False(_client.IsAborted);
    }

    [Fact]
    public async Task Await_AllAtOnce_IsServedWithEveryByte()
    {
        await _client.SayAsync(Preface);

        await ServeAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(Preface, _served);
    }

    [Fact]
    public async Task Await_ServerEnds_IsNotWaitedFor()
    {
        var serving = ServeAsync();
        await _client.Ending.CancelAsync();

        await serving.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.True(_client.IsAborted);
    }

    [Fact]
    public async Task Await_ClientLeaves_IsTheServersToSee()
    {
        var serving = ServeAsync();
        await _client.LeaveAsync();

        await serving.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal("", _served);
    }

    private Task ServeAsync() => new Http2Preface(Patience, _clock).AwaitAsync(_client, async connection =>
    {
        var read = await connection.Transport.Input.ReadAsync();
        _served = Encoding.ASCII.GetString(read.Buffer.ToArray());
    });

    private sealed class Client : ConnectionContext, IConnectionLifetimeNotificationFeature
    {
        private readonly Pipe _pipe = new();

        public Client()
        {
            Transport = new Duplex(_pipe.Reader, new Pipe().Writer);
            Features.Set<IConnectionLifetimeNotificationFeature>(this);
        }

        public bool IsAborted { get; private set; }

        public CancellationTokenSource Ending { get; } = new();

        public override string ConnectionId { get; set; } = "";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override IDuplexPipe Transport { get; set; }

        public CancellationToken ConnectionClosedRequested
        {
            get => Ending.Token;
            set => throw new NotSupportedException();
        }

        public void RequestClose() => throw new NotSupportedException();

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;

        public async Task SayAsync(string text)
        {
            await _pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(text));
            await Task.Yield();
        }

        public ValueTask LeaveAsync() => _pipe.Writer.CompleteAsync();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
