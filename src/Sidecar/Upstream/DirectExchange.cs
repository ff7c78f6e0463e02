using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Sidecar.Http1;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>
/// One request and its answer. The answer is read whether or not the request has gone out whole, because an app may answer
/// before it has read everything; and whoever ends the exchange from outside does it by ending its connection.
/// </summary>
internal sealed class DirectExchange(DirectForwarder forwarder, HttpContext context, string target, Func<HttpContext, DirectFault, Task> tell) : IExchange, IInterimClient
{
    private readonly Http1Pool _pool = forwarder.Pool;
    private readonly long _started = forwarder.Time.GetTimestamp();
    private readonly DirectTrace? _trace = forwarder.Trace(context.Request.Method, target);
    private Http1Connection? _connection;
    private DirectUpload? _upload;
    private readonly Lock _ending = new();
    private volatile State _state;
    private int _interims;
    private bool _hasReceived;
    private bool _hasAnswer;

    /// <inheritdoc/>
    public PipeWriter? Interims => DirectInterim.ClientOf(context);

    private enum State
    {
        Running,
        Ended,
        TimedOut,
    }

    /// <summary>Runs it to its end. All that a small answer waits for, it waits for here: every further method that waits costs each request.</summary>
    public async Task RunAsync()
    {
        DirectFault? fault = null;
        var abortion = context.RequestAborted.UnsafeRegister(static exchange => ((DirectExchange)exchange!)._connection?.Dispose(), this);
        try
        {
            _connection = _pool.Take(this, _started, IsRepeatable) ?? await OpenAsync();
            ResponseHead? head = null;
            do
            {
                try
                {
                    await SendAsync(_connection);
                    do
                    {
                        var count = await _connection.ReadAsync();
                        _hasReceived |= count > 0;
                        head = DirectAnswerHead.Read(_connection, count, this, ref _interims, out var interim);
                        if (head is null && interim is not null)
                        {
                            DirectAnswer.Look(await interim.FlushAsync());
                        }
                    }
                    while (head is null);
                }
                catch (Exception error) when (error is SocketException or DirectFaultException && MayRepeat(_connection))
                {
                    // The app gave the connection up before it had the request.
                    _pool.End(_connection);
                    _connection = await OpenAsync();
                }
            }
            while (head is null);

            Answer(head);
            if (DirectAnswer.HasBody(head, context.Request.Method))
            {
                if (_connection.Received is var body && body.Length == head.Length)
                {
                    DirectAnswer.Look(await context.Response.BodyWriter.WriteAsync(body));
                    _connection.Consume(body.Length);
                }
                else
                {
                    await new DirectAnswer(_connection, context.Response.BodyWriter, knowsChunks: !HttpProtocol.IsHttp10(context.Request.Protocol)).RelayAsync(head);
                }
            }

            if (_upload is { Ended.IsCompleted: false } upload)
            {
                // The client has its answer, and the app may still want the rest.
                await context.Response.CompleteAsync();
                await upload.Ended;
            }

            abortion.Dispose();
            End(DirectAnswer.KeepsAlive(head) && _upload is null or { IsWhole: true });
        }
        catch (Exception error) when (error is DirectFaultException or SocketException or IOException or ObjectDisposedException or OperationCanceledException or TimeoutException or InvalidOperationException)
        {
            abortion.Dispose();
            fault = FaultOf(error);
            End(isWhole: false);
        }

        if (_upload is { Ended.IsCompleted: false })
        {
            // Nobody may use the request once this is over.
            _upload.Stop();
            await _upload.Ended;
        }

        if (fault is not null)
        {
            Fail(fault);
            await tell(context, fault);
        }

        _trace?.Dispose();
    }

    /// <inheritdoc/>
    public void TimeOut()
    {
        lock (_ending)
        {
            if (_state != State.Running)
            {
                return;
            }

            _state = State.TimedOut;
            _upload?.Stop();
            _connection?.Dispose();
            if (_hasAnswer)
            {
                // It may be the client that is waited for. Last, because the exchange may go on from here, and end.
                context.Response.BodyWriter.CancelPendingFlush();
            }
        }
    }

    private async ValueTask<Http1Connection> OpenAsync()
    {
        var connection = await _pool.OpenAsync(this, context.RequestAborted);
        _connection = connection;
        return connection;
    }

    private ValueTask SendAsync(Http1Connection connection)
    {
        // Who went away before this connection was there found nothing to end.
        context.RequestAborted.ThrowIfCancellationRequested();
        var head = new HeadWriter();
        var isChunked = DirectUpload.IsChunked(context);
        forwarder.WriteHead(head, context, target, isChunked, _trace);
        _upload = DirectUpload.IsNeeded(context) ? new DirectUpload(forwarder, context, connection, isChunked) : null;
        var sending = _upload?.StartAsync(head) ?? connection.SendAsync(head.Written);
        if (!sending.IsCompletedSuccessfully)
        {
            return FinishAsync(sending, head);
        }

        head.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async ValueTask FinishAsync(ValueTask sending, HeadWriter head)
    {
        using (head)
        {
            await sending;
        }
    }

    /// <summary>Whether it can be sent twice without harm.</summary>
    private bool IsRepeatable => context.Request.Method is "GET" or "HEAD" or "OPTIONS" or "TRACE" && !DirectUpload.IsNeeded(context);

    /// <summary>Only where the connection may have been dead before.</summary>
    private bool MayRepeat(Http1Connection connection) =>
        connection.IsReused && !_hasReceived && _state == State.Running && !context.RequestAborted.IsCancellationRequested && IsRepeatable;

    private void Answer(ResponseHead head)
    {
        _hasAnswer = true;
        DirectMetrics.Answered(forwarder.Time.GetElapsedTime(_started, _connection!.LastActive), context.Request.Method, forwarder.Server, head.Status);
        _trace?.Answered(head.Status);
        DirectAnswer.CopyHead(head, context.Response);
    }

    /// <summary>Gives the connection back, or up when it may have something left of this exchange on it.</summary>
    private void End(bool isWhole)
    {
        lock (_ending)
        {
            isWhole &= _state == State.Running;
            _state = State.Ended;
        }

        if (_connection is { } connection)
        {
            if (isWhole)
            {
                _pool.Return(connection);
            }
            else
            {
                _pool.End(connection);
            }
        }
    }

    /// <summary>Whose fault it was: the client's before the app's, because its going breaks the app's side, too.</summary>
    private DirectFault FaultOf(Exception error)
    {
        var (isGone, isLate) = (context.RequestAborted.IsCancellationRequested, _state == State.TimedOut);
        return (error as DirectFaultException)?.Fault is { Error: ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseHeaders } told ? told
            : _hasAnswer ? new(isGone ? ForwarderError.ResponseBodyCanceled : ForwarderError.ResponseBodyDestination, error)
            : isLate ? new(ForwarderError.RequestTimedOut, error)
            : isGone ? new(ForwarderError.RequestCanceled, error)
            : _upload?.ClientFault is { } client ? new(ForwarderError.RequestBodyClient, client)
            : _upload?.AppFault is { } app ? new(ForwarderError.RequestBodyDestination, app)
            : (error as DirectFaultException)?.Fault ?? new(ForwarderError.Request, error);
    }

    private void Fail(DirectFault fault)
    {
        if (!_hasAnswer)
        {
            _trace?.Failed(NameOf(fault));
        }

        Fail(forwarder, context, fault, _hasAnswer ? null : _started);
    }

    /// <summary>Gives the client the status, if it can still have one.</summary>
    /// <param name="forwarder">Which engine it was.</param>
    /// <param name="context">The request.</param>
    /// <param name="fault">What went wrong.</param>
    /// <param name="started">When it began; null if the app's part has been counted.</param>
    public static void Fail(DirectForwarder forwarder, HttpContext context, DirectFault fault, long? started)
    {
        if (started is { } since)
        {
            DirectMetrics.Failed(forwarder.Time.GetElapsedTime(since), context.Request.Method, forwarder.Server, NameOf(fault));
        }

        if (context.Response.HasStarted)
        {
            // The client must not take what it has for all there is.
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = fault.Status;
    }

    private static string NameOf(DirectFault fault) => fault.Error == ForwarderError.Request ? "connection_error" : ForwardErrors.NameOf(fault.Error);
}
