using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace Sidecar.Demo.App;

/// <summary>Traffic of the kinds a real app has (streams, uploads, downloads, sockets, odd targets), to see that it passes unharmed.</summary>
internal static class TrafficRoutes
{
    private const string EventStream = "text/event-stream; charset=utf-8";

    /// <param name="routes">The app's.</param>
    /// <param name="time">What the pauses between events are measured by.</param>
    /// <param name="hasTwoTypes">The Python releases name the type of a stream twice: their framework does, and then their handler.</param>
    public static void Add(RouteTable routes, TimeProvider time, bool hasTwoTypes)
    {
        routes.Add("GET, POST", "/demo/sse", context => EventsAsync(context, time, hasTwoTypes));
        routes.Add("POST, PUT", "/demo/upload", UploadAsync);
        routes.Add("GET, HEAD", "/demo/download", DownloadAsync);
        routes.Add("GET", "/demo/ws", WebSocketAsync);
        routes.AddRawPrefix("/demo/echo", EchoAsync);
    }

    private static async Task EventsAsync(HttpContext context, TimeProvider time, bool hasTwoTypes)
    {
        var events = Number(context, "events", 5);
        var interval = TimeSpan.FromMilliseconds(Number(context, "interval_ms", 1000));
        context.Response.Headers.ContentType = hasTwoTypes ? new StringValues([EventStream, EventStream]) : EventStream;
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        for (var i = 1; i <= events; i++)
        {
            if (i > 1)
            {
                await Task.Delay(interval, time, context.RequestAborted);
            }

            await context.Response.WriteAsync($"id: {i}\ndata: {{\"event\":{i}}}\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task UploadAsync(HttpContext context)
    {
        var (bytes, sha256) = await HashAsync(context);
        await Envelope.SendAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("bytes", bytes);
            json.WriteString("sha256", sha256);
            json.WriteEndObject();
        });
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var (_, sha256) = await HashAsync(context);
        await Envelope.SendAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("method", context.Request.Method);
            json.WriteString("target", RequestPath.RawTarget(context));
            WriteHeaders(json, context.Request.Headers);
            json.WriteString("body_sha256", sha256);
            json.WriteEndObject();
        });
    }

    private static void WriteHeaders(Utf8JsonWriter json, IHeaderDictionary headers)
    {
        json.WriteStartArray("headers");
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                json.WriteStartArray();
                json.WriteStringValue(name);
                json.WriteStringValue(value);
                json.WriteEndArray();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Byte i is i modulo 251: a prime, so that a lost or repeated block shows.</summary>
    private static async Task DownloadAsync(HttpContext context)
    {
        var left = Number(context, "bytes", 1 << 20);
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = left;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var pattern = new byte[251 * 256];
        for (var i = 0; i < pattern.Length; i++)
        {
            pattern[i] = (byte)(i % 251);
        }

        while (left > 0)
        {
            var count = (int)Math.Min(left, pattern.Length);
            await context.Response.Body.WriteAsync(pattern.AsMemory(0, count), context.RequestAborted);
            left -= count;
        }
    }

    private static async Task WebSocketAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw new AppException("<BadRequest '400: Bad Request'>");
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[16 * 1024];
        while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is var received && received.MessageType != WebSocketMessageType.Close)
        {
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }

        await socket.CloseAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, socket.CloseStatusDescription, context.RequestAborted);
    }

    private static async Task<(long Bytes, string Sha256)> HashAsync(HttpContext context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        long bytes = 0;
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
            bytes += count;
        }

        return (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static long Number(HttpContext context, string name, long otherwise) =>
        context.Request.Query[name] is [{ } text, ..]
            ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new AppException($"ValueError('{name}')")
            : otherwise;
}
