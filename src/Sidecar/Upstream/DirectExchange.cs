using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Sidecar.Http1;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>
/// One request and its answer. The answer is read whether or not the request has gone out whole, because an app may answer
/// before it has read everything; and whoever ends the exchange from outside does it by ending its connection.
/// </summary>
internal sealed class DirectExchange(DirectForwarder forwarder, HttpContext context) : IExchange
{
    private readonly Http1Pool _pool = forwarder.Pool;
    private readonly long _started = forwarder.Time.GetTimestamp();
    private readonly DirectTrace? _trace = forwarder.Trace(context);
    private Http1Connection? _connection;
    private DirectUpload? _upload;
    private bool _hasAnswer;
    private volatile bool _isTimedOut;

    /// <summary>Runs it to its end, and tells the telemetry how it went.</summary>
    public async Task<DirectFault?> RunAsync()
    {
        var abortion = context.RequestAborted.UnsafeRegister(static exchange => ((DirectExchange)exchange!)._connection?.Dispose(), this);
        try
        {
            var isWhole = await ExchangeAsync();
            abortion.Dispose();
            await EndAsync(isWhole);
            return null;
        }
        catch (Exception error) when (error is DirectFaultException or SocketException or ObjectDisposedException or OperationCanceledException or TimeoutException or InvalidOperationException)
        {
            abortion.Dispose();
            await EndAsync(isWhole: false);
            return Failed(FaultOf(error));
        }
        finally
        {
            _trace?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void TimeOut()
    {
        _isTimedOut = true;
        // Whatever waits for the client rather than the app.
        context.Response.BodyWriter.CancelPendingFlush();
        _upload?.Stop();
    }

    /// <summary>Whether the connection has nothing left of this exchange on it.</summary>
    private async Task<bool> ExchangeAsync()
    {
        var head = await AskAsync();
        _hasAnswer = true;
        var duration = forwarder.Time.GetElapsedTime(_started);
        DirectMetrics.Answered(duration, context.Request.Method, forwarder.Server, head.Status);
        _trace?.Answered(head.Status);
        DirectAnswer.CopyHead(head, context.Response);
        if (DirectAnswer.HasBody(head, context.Request.Method))
        {
            await new DirectAnswer(_connection!, context).RelayAsync(head);
        }

        return head.KeepsAlive && _upload is null or { IsWhole: true };
    }

    private async Task<ResponseHead> AskAsync()
    {
        var connection = _pool.Take(this) ?? await OpenAsync();
        while (true)
        {
            _connection = connection;
            context.RequestAborted.ThrowIfCancellationRequested();
            try
            {
                await SendAsync(connection);
                return await HeadAsync(connection);
            }
            catch (Exception error) when (error is SocketException or DirectFaultException { Fault.Error: ForwarderError.Request } && MayRepeat(connection))
            {
                // The app gave the connection up before it had the request.
                _pool.End(connection);
                connection = await OpenAsync();
            }
        }
    }

    /// <summary>Only what can be sent twice without harm, and only where the connection may have been dead before.</summary>
    private bool MayRepeat(Http1Connection connection) =>
        connection.IsReused && connection.Received.IsEmpty && !_isTimedOut && !context.RequestAborted.IsCancellationRequested && !DirectUpload.IsNeeded(context)
        && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method) || HttpMethods.IsTrace(context.Request.Method));

    private ValueTask<Http1Connection> OpenAsync() => _pool.OpenAsync(this, context.RequestAborted);

    private async ValueTask SendAsync(Http1Connection connection)
    {
        using var head = new HeadWriter();
        var isChunked = DirectUpload.IsChunked(context);
        forwarder.WriteHead(head, context, isChunked, _trace);
        if (!DirectUpload.IsNeeded(context))
        {
            await connection.SendAsync(head.Written);
            return;
        }

        _upload = new DirectUpload(context, connection, isChunked);
        await _upload.StartAsync(head);
    }

    private async ValueTask<ResponseHead> HeadAsync(Http1Connection connection)
    {
        var head = connection.Head;
        while (true)
        {
            if (!await connection.ReceiveAsync())
            {
                throw new DirectFaultException(ForwarderError.Request, new HttpRequestException(HttpRequestError.ResponseEnded));
            }

            var result = head.Read(connection.Received.Span, out var length);
            while (result == HeadResult.Whole && head.Status is >= 100 and < 200 and not 101)
            {
                // The server in front knows no way to send these on.
                connection.Consume(length);
                result = head.Read(connection.Received.Span, out length);
            }

            if (result == HeadResult.Bad || (result == HeadResult.Whole && head.Status == StatusCodes.Status101SwitchingProtocols))
            {
                throw new DirectFaultException(ForwarderError.Request, new HttpRequestException(HttpRequestError.InvalidResponse));
            }

            if (result == HeadResult.Whole)
            {
                connection.Consume(length);
                return head;
            }
        }
    }

    /// <summary>Gives the connection back or up, and waits for the upload, which must be over before the request is.</summary>
    private async ValueTask EndAsync(bool isWhole)
    {
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

        if (_upload is not null && !isWhole)
        {
            _upload.Stop();
            await _upload.Ended;
        }
    }

    /// <summary>Whose fault it was: the client's before the app's, because its going breaks the app's side, too.</summary>
    private DirectFault FaultOf(Exception error)
    {
        var isGone = context.RequestAborted.IsCancellationRequested;
        return error is DirectFaultException { Fault: { Error: ForwarderError.ResponseBodyClient } told } ? _isTimedOut ? told with { Error = ForwarderError.ResponseBodyCanceled } : told
            : _hasAnswer ? new(isGone ? ForwarderError.ResponseBodyCanceled : ForwarderError.ResponseBodyDestination, error)
            : _isTimedOut ? new(ForwarderError.RequestTimedOut, error)
            : isGone ? new(ForwarderError.RequestCanceled, error)
            : _upload?.ClientFault is { } client ? new(ForwarderError.RequestBodyClient, client)
            : _upload?.AppFault is { } app ? new(ForwarderError.RequestBodyDestination, app)
            : (error as DirectFaultException)?.Fault ?? new(ForwarderError.Request, error);
    }

    private DirectFault Failed(DirectFault fault)
    {
        if (!_hasAnswer)
        {
            var error = fault.Error == ForwarderError.Request ? "connection_error" : AppForwarder.NameOf(fault.Error);
            DirectMetrics.Failed(forwarder.Time.GetElapsedTime(_started), context.Request.Method, forwarder.Server, error);
            _trace?.Failed(error);
        }

        if (context.Response.HasStarted)
        {
            // The client must not take what it has for all there is.
            context.Abort();
            return fault;
        }

        context.Response.Clear();
        context.Response.StatusCode = fault.Status;
        return fault;
    }
}
