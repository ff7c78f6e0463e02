using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Http1;

namespace Sidecar.Upstream;

/// <summary>
/// The body of a request on its way to the app, framed as it came. What is there with the head goes with it; the rest goes
/// beside the answer, at the app's pace.
/// </summary>
internal sealed class DirectUpload(DirectForwarder forwarder, HttpContext context, Http1Connection connection, bool isChunked)
{
    /// <summary>What is copied to go with the head.</summary>
    private const int MostBytesWithHead = 16 * 1024;

    private readonly PipeReader _body = context.Request.BodyReader;
    private volatile bool _isStopped;

    /// <summary>Whether all of it has gone.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>What the client did wrong.</summary>
    public Exception? ClientFault { get; private set; }

    /// <summary>How the app stopped to take it, which is no fault if it has answered.</summary>
    public Exception? AppFault { get; private set; }

    /// <summary>Over, whole or not; never fails.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public static bool IsChunked(HttpContext context) => context.Request.Headers.TransferEncoding.Count > 0;

    public static bool IsNeeded(HttpContext context) => context.Request.ContentLength > 0 || IsChunked(context);

    /// <summary>Sends the head with what there is of the body, and goes on by itself with what is not.</summary>
    public async ValueTask StartAsync(HeadWriter head)
    {
        var next = ReadAsync();
        if (next.IsCompletedSuccessfully)
        {
            var read = await next;
            if (!read.IsCanceled && read.Buffer.Length <= MostBytesWithHead)
            {
                Frame(head, read.Buffer);
                _body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    AddEnd(head);
                    await connection.SendAsync(head.Written);
                    IsWhole = true;
                    return;
                }

                next = ReadAsync();
            }
        }

        await connection.SendAsync(head.Written);
        Ended = GoOnAsync(next);
    }

    /// <summary>Ends it from any thread.</summary>
    public void Stop()
    {
        _isStopped = true;
        _body.CancelPendingRead();
    }

    /// <summary>The server's own reading may fail before it begins.</summary>
    private async Task<ReadResult> ReadAsync() => await _body.ReadAsync();

    private async Task GoOnAsync(Task<ReadResult> first)
    {
        try
        {
            var read = await first;
            while (!read.IsCanceled && !_isStopped && await TrySendAsync(read))
            {
                _body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    IsWhole = true;
                    return;
                }

                read = await _body.ReadAsync();
            }

            // The server in front reads on, so that the client is not cut off from an answer that came early.
            _body.AdvanceTo(read.Buffer.Start);
        }
        catch (Exception error) when (error is BadHttpRequestException or IOException or ConnectionAbortedException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            ClientFault = error;
            connection.Dispose();
        }
    }

    private async ValueTask<bool> TrySendAsync(ReadResult read)
    {
        try
        {
            await SendAsync(read);
            connection.Touch();
            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The answer says what the app made of it; it may have come already.
            AppFault = error;
            return false;
        }
    }

    private async ValueTask SendAsync(ReadResult read)
    {
        var bytes = read.Buffer;
        if (!isChunked && bytes.IsSingleSegment)
        {
            await connection.SendAsync(bytes.First);
            return;
        }

        using var piece = new HeadWriter();
        Frame(piece, bytes);
        if (read.IsCompleted)
        {
            AddEnd(piece);
        }

        await connection.SendAsync(piece.Written);
    }

    private void Frame(HeadWriter piece, in ReadOnlySequence<byte> bytes)
    {
        if (!isChunked)
        {
            piece.Add(bytes);
        }
        else if (!bytes.IsEmpty)
        {
            piece.Add(bytes.Length.ToString("x", CultureInfo.InvariantCulture)).Add("\r\n"u8).Add(bytes).Add("\r\n"u8);
        }
    }

    private void AddEnd(HeadWriter piece)
    {
        if (!isChunked)
        {
            return;
        }

        piece.Add("0\r\n"u8);
        if (context.Features.Get<IHttpRequestTrailersFeature>() is { Available: true, Trailers: { Count: > 0 } trailers })
        {
            foreach (var (name, values) in trailers)
            {
                if (forwarder.PassesBehindBody(context, name))
                {
                    foreach (var value in values)
                    {
                        piece.AddField(name, value);
                    }
                }
            }
        }

        piece.Add("\r\n"u8);
    }
}
