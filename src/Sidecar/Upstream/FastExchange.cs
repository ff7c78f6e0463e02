using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Sidecar.Http1;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>What becomes of a client's connection behind an exchange.</summary>
internal enum FastEnding
{
    /// <summary>The next request may come.</summary>
    Kept,

    /// <summary>Nothing follows.</summary>
    Closed,

    /// <summary>The request is the server's to answer; not a byte of an answer has gone out.</summary>
    Left,
}

/// <summary>The exchanges of one client with the app, one at a time, with nothing between the two sockets but the two heads.</summary>
internal sealed class FastExchange(FastPath path, ConnectionContext client, FastPeer peer, FastRequest request) : IExchange, IInterimClient
{
    private readonly PipeWriter _output = client.Transport.Output;
    private readonly Lock _lock = new();
    private Http1Connection? _app;
    private bool _isGone;
    private bool _isLate;
    private bool _hasAnswer;
    private long _started;
    private int _interims;

    /// <inheritdoc/>
    public PipeWriter Interims => _output;

    /// <summary>Forwards one request and its answer.</summary>
    /// <param name="outgoing">What the app is sent; its room is used for the answer's head then.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<FastEnding> RunAsync(HeadWriter outgoing)
    {
        (_started, _interims, _hasAnswer, _isLate) = (path.Time.GetTimestamp(), 0, false, false);
        path.Metrics.Count(1, request.Method, peer.Scheme);
        var status = 0;
        try
        {
            var app = Use(path.Pool.Take(this, _started, request.IsRepeatable) ?? await path.Pool.OpenAsync(this, client.ConnectionClosed));
            var (head, hasReceived) = ((ResponseHead?)null, false);
            do
            {
                try
                {
                    await app.SendAsync(outgoing.Written);
                    do
                    {
                        var count = await app.ReadAsync();
                        hasReceived |= count > 0;
                        head = DirectAnswerHead.Read(app, count, this, ref _interims, out var interim);
                        if (head is null && interim is not null)
                        {
                            DirectAnswer.Look(await interim.FlushAsync());
                        }
                    }
                    while (head is null);
                }
                catch (Exception error) when (error is SocketException or DirectFaultException && !hasReceived && MayRepeat(app))
                {
                    // The app gave the connection up before it had the request.
                    path.Pool.End(app);
                    app = Use(await path.Pool.OpenAsync(this, client.ConnectionClosed));
                }
            }
            while (head is null);

            (_hasAnswer, status) = (true, head.Status);
            DirectMetrics.Answered(path.Time.GetElapsedTime(_started, app.LastActive), request.Method, path.Server, status);
            var isLast = path.IsEnding;
            outgoing.Clear();
            FastAnswer.WriteHead(outgoing, head, request.Method, isLast, path.Time.GetUtcNow());
            _output.Write(outgoing.Written.Span);
            await RelayAsync(app, head);
            GiveBack(DirectAnswer.KeepsAlive(head));
            path.Metrics.Answered(path.Time.GetElapsedTime(_started), request.Method, peer.Scheme, status);
            return isLast ? FastEnding.Closed : FastEnding.Kept;
        }
        catch (Exception error) when (error is DirectFaultException or SocketException or IOException or ObjectDisposedException or OperationCanceledException or TimeoutException or InvalidOperationException)
        {
            return Fail(FaultOf(error), status);
        }
        finally
        {
            path.Metrics.Count(-1, request.Method, peer.Scheme);
        }
    }

    /// <inheritdoc/>
    public void TimeOut()
    {
        lock (_lock)
        {
            // Whoever says so has looked a moment ago, and since then another exchange may have begun.
            if (_app is { } app && path.IsLate(app))
            {
                _isLate = true;
                app.Dispose();
                if (_hasAnswer)
                {
                    // It may be the client that is waited for. Last, because the exchange may go on from here, and end.
                    _output.CancelPendingFlush();
                }
            }
        }
    }

    /// <summary>The client has left, and the app must hear of it at once.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _isGone = true;
            _app?.Dispose();
        }
    }

    /// <summary>Sends the head, which is written, with what there is of the body, and then the rest.</summary>
    private ValueTask RelayAsync(Http1Connection app, ResponseHead head)
    {
        if (DirectAnswer.HasBody(head, request.Method))
        {
            if (app.Received.Length != head.Length)
            {
                return FastAnswer.IsOpenEnded(head) ? FastAnswer.RelayOpenEndedAsync(app, _output) : new DirectAnswer(app, _output, knowsChunks: true).RelayAsync(head);
            }

            _output.Write(app.Received.Span);
            app.Consume(app.Received.Length);
        }

        var flushing = _output.FlushAsync();
        if (!flushing.IsCompletedSuccessfully)
        {
            return LookAsync(flushing);
        }

        DirectAnswer.Look(flushing.Result);
        return ValueTask.CompletedTask;
    }

    private static async ValueTask LookAsync(ValueTask<FlushResult> flushing) => DirectAnswer.Look(await flushing);

    /// <summary>Makes a connection to the app this exchange's, or gives it up where nobody waits for it any more.</summary>
    private Http1Connection Use(Http1Connection app)
    {
        lock (_lock)
        {
            _app = app;
            if (_isGone)
            {
                app.Dispose();
            }
        }

        return app;
    }

    private bool MayRepeat(Http1Connection app)
    {
        lock (_lock)
        {
            return app.IsReused && !_isLate && !_isGone && request.IsRepeatable;
        }
    }

    /// <summary>Gives the app's connection back, or up when it may have something left of this exchange on it.</summary>
    private void GiveBack(bool isWhole)
    {
        Http1Connection? app;
        lock (_lock)
        {
            isWhole &= !_isLate && !_isGone;
            (app, _app) = (_app, null);
        }

        if (isWhole)
        {
            path.Pool.Return(app!);
        }
        else if (app is not null)
        {
            path.Pool.End(app);
        }
    }

    /// <summary>A client that waits is told by the server; one that has begun to hear an answer must not take what it has for all.</summary>
    private FastEnding Fail(DirectFault fault, int status)
    {
        GiveBack(isWhole: false);
        if (!_hasAnswer && fault.Error != ForwarderError.RequestCanceled)
        {
            client.Features.Set(new FailedExchange(fault, _started));
            return FastEnding.Left;
        }

        if (!_hasAnswer)
        {
            DirectMetrics.Failed(path.Time.GetElapsedTime(_started), request.Method, path.Server, ForwardErrors.NameOf(fault.Error));
        }

        path.Metrics.Answered(path.Time.GetElapsedTime(_started), request.Method, peer.Scheme, _hasAnswer ? status : fault.Status);
        path.Tell(fault);
        if (_hasAnswer)
        {
            client.Abort(new ConnectionAbortedException("The exchange broke off."));
        }

        return FastEnding.Closed;
    }

    /// <summary>Whose fault it was: the client's before the app's, because its going breaks the app's side, too.</summary>
    private DirectFault FaultOf(Exception error)
    {
        lock (_lock)
        {
            var told = (error as DirectFaultException)?.Fault;
            return told is { Error: ForwarderError.ResponseBodyCanceled } ? told
                : _hasAnswer ? new(_isGone ? ForwarderError.ResponseBodyCanceled : ForwarderError.ResponseBodyDestination, error)
                : _isLate ? new(ForwarderError.RequestTimedOut, error)
                : _isGone ? new(ForwarderError.RequestCanceled, error)
                : told ?? new(ForwarderError.Request, error);
        }
    }
}
