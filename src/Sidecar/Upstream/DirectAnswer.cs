using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Sidecar.Http1;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>
/// The app's answer on its way to the client, as it comes. A body in chunks goes on in the chunks it came in, extensions and
/// trailers included, to clients that know chunks.
/// </summary>
/// <param name="connection">Where it comes from.</param>
/// <param name="client">Where it goes.</param>
/// <param name="knowsChunks">Whether the client does.</param>
internal sealed class DirectAnswer(Http1Connection connection, PipeWriter client, bool knowsChunks)
{
    /// <summary>One read of a body of which more is there than a head's buffer holds; it grows as long as it is filled.</summary>
    private const int BulkBytes = 64 * 1024;
    private const int MostBulkBytes = 256 * 1024;

    private ChunkReader? _chunks;
    private int _bulk = BulkBytes;
    private long _left;

    /// <summary>Whether there is anything behind the head (RFC 9112, 6.3). Methods are told apart to the letter, as the server in front does.</summary>
    public static bool HasBody(ResponseHead head, string method) =>
        method != HttpMethods.Head && head.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified) && head.Length != 0;

    /// <summary>Whether the app's connection may carry more behind this answer. What a 205 says of its body, which is empty, is left there unread.</summary>
    public static bool KeepsAlive(ResponseHead head) => head.KeepsAlive && (head.Status != StatusCodes.Status205ResetContent || head.Length == 0);

    /// <summary>Everything that is not for the app's connection alone; the length goes where the body may.</summary>
    public static void CopyHead(ResponseHead head, HttpResponse response)
    {
        response.StatusCode = head.Status;
        if (head.Reason.Length > 0 && head.Reason != ReasonPhrases.GetReasonPhrase(head.Status))
        {
            response.HttpContext.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = head.Reason;
        }

        var headers = response.Headers;
        try
        {
            foreach (var (name, value) in head.Fields)
            {
                if (!DirectHead.IsForThisHop(name, head.Connection) && !DirectHead.IsLength(name) && !IsWayPast(name))
                {
                    headers[name] = headers.TryGetValue(name, out var others) ? StringValues.Concat(others, value) : value;
                }
            }
        }
        catch (InvalidOperationException error)
        {
            // Nothing that HTTP forbids is left, but the server in front has the last word.
            throw new DirectFaultException(ForwarderError.ResponseHeaders, error);
        }

        var isHead = response.HttpContext.Request.Method == HttpMethods.Head;
        if (head.Length is { } length && (isHead || length == 0 || head.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent)))
        {
            headers.ContentLength = length;
        }

        if (head.IsChunked && HasBody(head, response.HttpContext.Request.Method) && HttpProtocol.IsHttp11(response.HttpContext.Request.Protocol))
        {
            headers.TransferEncoding = "chunked";
        }
    }

    /// <summary>Passes the body on to its end.</summary>
    public async ValueTask RelayAsync(ResponseHead head)
    {
        _chunks = head.IsChunked ? new() : null;
        _left = head.Length ?? long.MaxValue;
        var isOpenEnded = _chunks is null && head.Length is null;
        if (connection.Received.IsEmpty)
        {
            // An app that thinks for minutes behind its head has already said that it does.
            Look(await client.FlushAsync());
        }

        for (var isBulk = false; !IsDone;)
        {
            if (connection.Received is { IsEmpty: false } received)
            {
                isBulk = connection.IsFull;
                connection.Consume(await PassAsync(received));
                // A slow client took its time; the app's begins now.
                connection.Touch();
            }
            else if (isBulk && (knowsChunks || _chunks is null))
            {
                var room = client.GetMemory(_bulk);
                var count = await connection.ReadAsync(room[..(int)Math.Min(room.Length, _left)]);
                if (count == 0)
                {
                    End(isOpenEnded);
                    return;
                }

                if (Measure(room.Span[..count]) is var whole && whole < count)
                {
                    // Somebody speaks behind the end: what it says is for nobody, and the connection is done with.
                    connection.Dispose();
                }

                client.Advance(whole);
                Look(await client.FlushAsync());
                connection.Touch();
                isBulk = count > BulkBytes / 16;
                _bulk = count < room.Length ? _bulk : Math.Min(_bulk * 2, MostBulkBytes);
            }
            else if (!connection.Take(await connection.ReadAsync()))
            {
                End(isOpenEnded);
                return;
            }
        }
    }

    /// <summary>Whether a field would lead the client past this server.</summary>
    public static bool IsWayPast(string name) => name.Length == 7 && name.Equals("Alt-Svc", StringComparison.OrdinalIgnoreCase);

    private bool IsDone => _chunks?.IsDone ?? (_left == 0);

    private static void End(bool isOpenEnded)
    {
        if (!isOpenEnded)
        {
            throw new DirectFaultException(ForwarderError.ResponseBodyDestination, new HttpRequestException(HttpRequestError.ResponseEnded));
        }
    }

    /// <summary>Passes on what of some received bytes is the body's; how many that were.</summary>
    private async ValueTask<int> PassAsync(ReadOnlyMemory<byte> received)
    {
        if (!knowsChunks && _chunks is not null)
        {
            var at = 0;
            while (at < received.Length && !IsDone)
            {
                at += Unframe(received.Span[at..]);
            }

            Look(await client.FlushAsync());
            return at;
        }

        var count = Measure(received.Span);
        Look(await client.WriteAsync(received[..count]));
        return count;
    }

    /// <summary>How many of some bytes belong to the body, which is read on by them.</summary>
    private int Measure(ReadOnlySpan<byte> bytes)
    {
        if (_chunks is null)
        {
            var count = (int)Math.Min(bytes.Length, _left);
            _left -= count;
            return count;
        }

        var at = 0;
        while (at < bytes.Length && !_chunks.IsDone)
        {
            at += _chunks.Read(bytes[at..], out _);
            ThrowIfBad();
        }

        return at;
    }

    private int Unframe(ReadOnlySpan<byte> bytes)
    {
        var count = _chunks!.Read(bytes, out var content);
        ThrowIfBad();
        client.Write(content);
        return count;
    }

    private void ThrowIfBad()
    {
        if (_chunks!.IsBad)
        {
            throw new DirectFaultException(ForwarderError.ResponseBodyDestination, new HttpRequestException(HttpRequestError.InvalidResponse));
        }
    }

    /// <summary>Ends an answer that nobody takes any more: the client has left, or is waited for no longer.</summary>
    public static void Look(FlushResult result)
    {
        if (result.IsCanceled || result.IsCompleted)
        {
            throw new DirectFaultException(ForwarderError.ResponseBodyCanceled);
        }
    }
}
