using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Sidecar.Upstream;

/// <summary>
/// A client's connection as the server gets it for one request: behind the request's last byte it looks as if the client had nothing
/// more to ask, and what the server does at an end does not reach the client. So it comes back, unless the server ended it in earnest.
/// </summary>
internal sealed class LentConnection : ConnectionContext
{
    private readonly ConnectionContext _owner;
    private readonly LentInput _input;

    /// <param name="owner">The client's connection.</param>
    /// <param name="length">Of the request, in bytes.</param>
    public LentConnection(ConnectionContext owner, long length)
    {
        _owner = owner;
        _input = new(owner.Transport.Input, length);
        Transport = new Duplex(_input, new LentOutput(owner.Transport.Output));
        // What the server asks to hear each second is forgotten with this.
        Features = new FeatureCollection(owner.Features);
        Features.Set<IConnectionHeartbeatFeature>(Heartbeat);
        Features.Set<IConnectionTransportFeature>(new LentTransport(Transport));
        Features.Set<IConnectionMetricsTagsFeature>(new LentTags());
        Features.Set<IConnectionLifetimeNotificationFeature>(new LentLifetime(owner));
    }

    /// <summary>Whether the server waits for the next request, and so has done with this one.</summary>
    public bool IsReturned => _input.IsReturned;

    public LentHeartbeat Heartbeat { get; } = new();

    public override string ConnectionId { get => _owner.ConnectionId; set => _owner.ConnectionId = value; }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items { get => _owner.Items; set => _owner.Items = value; }

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get => _owner.ConnectionClosed; set => _owner.ConnectionClosed = value; }

    public override System.Net.EndPoint? LocalEndPoint { get => _owner.LocalEndPoint; set => _owner.LocalEndPoint = value; }

    public override System.Net.EndPoint? RemoteEndPoint { get => _owner.RemoteEndPoint; set => _owner.RemoteEndPoint = value; }

    public override void Abort(ConnectionAbortedException abortReason) => _owner.Abort(abortReason);

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    private sealed class LentTransport(IDuplexPipe transport) : IConnectionTransportFeature
    {
        public IDuplexPipe Transport { get; set; } = transport;
    }

    /// <summary>The server says of each connection which protocol it speaks. This one is told by its owner, once.</summary>
    private sealed class LentTags : IConnectionMetricsTagsFeature
    {
        public ICollection<KeyValuePair<string, object?>> Tags { get; } = [];
    }

    /// <summary>The end of the server does not end a request that is owed: the owner asks for no other one.</summary>
    private sealed class LentLifetime(ConnectionContext owner) : IConnectionLifetimeNotificationFeature
    {
        public CancellationToken ConnectionClosedRequested { get; set; } = CancellationToken.None;

        public void RequestClose() => owner.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    private sealed class LentOutput(PipeWriter output) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

        public override long UnflushedBytes => output.UnflushedBytes;

        public override void Advance(int bytes) => output.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => output.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => output.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => output.WriteAsync(source, cancellationToken);

        public override void CancelPendingFlush() => output.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
        }
    }
}

/// <summary>What the server wants to do each second for the time of a loan.</summary>
internal sealed class LentHeartbeat : IConnectionHeartbeatFeature
{
    private Action? _run;

    public void OnHeartbeat(Action<object> action, object state) => _run = () => action(state);

    public void Beat() => _run?.Invoke();
}
