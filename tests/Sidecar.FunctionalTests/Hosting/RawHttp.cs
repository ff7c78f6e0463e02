using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>
/// HTTP/1.1 by hand, one connection a request. HttpClient normalises targets, refuses some of what is to be tested, and
/// loses an answer that comes before its body is sent.
/// </summary>
internal static class RawHttp
{
    public static async Task<RawResponse> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(request.Server.Host, request.Server.Port, cancellationToken);
        await using var stream = client.GetStream();

        // Beside the reading: a server may answer and stop reading in the middle of a body.
        var sending = WriteAsync(stream, request, cancellationToken);
        try
        {
            return await ReadAsync(stream, request.Method, cancellationToken);
        }
        finally
        {
            client.Close();
            await sending.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static async Task WriteAsync(NetworkStream stream, RawRequest request, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{request.Method} {request.Target} HTTP/1.1\r\n");
        foreach (var (name, value) in request.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (!request.Has("Host"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Host: {request.Server.Authority}\r\n");
        }

        if (!request.Has("Content-Length") && !request.Has("Transfer-Encoding") && (!request.Body.IsEmpty || request.Method is "POST" or "PUT" or "PATCH"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {request.Body.Length}\r\n");
        }

        head.Append("Connection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ToString()), cancellationToken);
        await stream.WriteAsync(request.Body, cancellationToken);
    }

    private static async Task<RawResponse> ReadAsync(NetworkStream stream, string method, CancellationToken cancellationToken)
    {
        using var buffered = new BufferedStream(stream, 16 * 1024);
        var statusLine = await ReadLineAsync(buffered, cancellationToken);
        var status = int.Parse(statusLine.Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new List<KeyValuePair<string, string>>();
        while (await ReadLineAsync(buffered, cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        var response = new RawResponse(status, headers, []);
        return method == "HEAD" || status is 204 or 304 ? response : response with { Body = await ReadBodyAsync(buffered, response, cancellationToken) };
    }

    private static async Task<byte[]> ReadBodyAsync(BufferedStream stream, RawResponse head, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        if (head.Value("Transfer-Encoding") is { } coding && coding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            while (int.Parse(await ReadLineAsync(stream, cancellationToken), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
            {
                await CopyAsync(stream, body, size, cancellationToken);
                await ReadLineAsync(stream, cancellationToken);
            }
        }
        else if (head.Value("Content-Length") is { } length)
        {
            await CopyAsync(stream, body, int.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
        }
        else
        {
            await stream.CopyToAsync(body, cancellationToken);
        }

        return body.ToArray();
    }

    private static async Task CopyAsync(BufferedStream from, MemoryStream to, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await from.ReadExactlyAsync(bytes, cancellationToken);
        to.Write(bytes);
    }

    private static async Task<string> ReadLineAsync(BufferedStream stream, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one, cancellationToken);
            if (one[0] == '\n')
            {
                return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }
    }
}
