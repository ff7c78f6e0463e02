using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Http1;

namespace Sidecar.Upstream;

/// <summary>The app's answer as the fast path writes it to the client: every field as it came, but for those of the app's connection.</summary>
internal static class FastAnswer
{
    private static volatile Stamp _date = new(0, []);

    /// <summary>Writes the head down to the empty line.</summary>
    /// <param name="written">Where to.</param>
    /// <param name="head">What the app said.</param>
    /// <param name="method">What it was asked.</param>
    /// <param name="isLast">Whether the client's connection ends behind it.</param>
    /// <param name="now">The time, for an answer that does not tell.</param>
    public static void WriteHead(HeadWriter written, ResponseHead head, string method, bool isLast, DateTimeOffset now)
    {
        written.Add("HTTP/1.1 "u8).Add(head.Status).Add(" "u8).Add(head.Reason).Add("\r\n"u8);
        // RFC 9110, 8.6 and 15.3.6: an answer 204 says no length, and an answer 205 none but 0.
        var length = head.Status switch { StatusCodes.Status204NoContent => null, StatusCodes.Status205ResetContent => 0, _ => head.Length };
        var isFramed = length is null;
        var isDated = false;
        foreach (var (name, value) in head.Fields)
        {
            if (DirectHead.IsLength(name))
            {
                if (!isFramed)
                {
                    written.Add(name).Add(": "u8).Add(length!.Value).Add("\r\n"u8);
                    isFramed = true;
                }
            }
            else if (!DirectHead.IsForThisHop(name, head.Connection) && !DirectAnswer.IsWayPast(name))
            {
                isDated |= name.Length == 4 && name.Equals("Date", StringComparison.OrdinalIgnoreCase);
                written.Add(name).Add(": "u8).Add(value).Add("\r\n"u8);
            }
        }

        if (!isFramed)
        {
            written.Add("Content-Length: 0\r\n"u8);
        }
        else if (length is null && DirectAnswer.HasBody(head, method))
        {
            written.Add("Transfer-Encoding: chunked\r\n"u8);
        }

        if (!isDated)
        {
            written.Add("Date: "u8).Add(DateOf(now)).Add("\r\n"u8);
        }

        written.Add(isLast ? "Connection: close\r\n\r\n"u8 : "\r\n"u8);
    }

    /// <summary>Tells a client that takes too long over its head.</summary>
    public static void WriteTooLate(HeadWriter written, DateTimeOffset now) =>
        written.Add("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\nDate: "u8).Add(DateOf(now)).Add("\r\n\r\n"u8);

    /// <summary>Passes a body on that ends with the app's connection: in chunks, so that the client's goes on and a cut can be told from the end.</summary>
    public static async ValueTask RelayOpenEndedAsync(Http1Connection connection, PipeWriter client)
    {
        do
        {
            var received = connection.Received;
            if (!received.IsEmpty)
            {
                client.Write(Encoding.ASCII.GetBytes(received.Length.ToString("X", CultureInfo.InvariantCulture)));
                client.Write("\r\n"u8);
                client.Write(received.Span);
                client.Write("\r\n"u8);
                connection.Consume(received.Length);
            }

            DirectAnswer.Look(await client.FlushAsync());
            connection.Touch();
        }
        while (connection.Take(await connection.ReadAsync()));

        client.Write("0\r\n\r\n"u8);
        DirectAnswer.Look(await client.FlushAsync());
    }

    /// <summary>Whether a body ends with the app's connection and with nothing else.</summary>
    public static bool IsOpenEnded(ResponseHead head) => head is { IsChunked: false, Length: null };

    private static byte[] DateOf(DateTimeOffset now)
    {
        var stamp = _date;
        if (stamp.Second != now.ToUnixTimeSeconds())
        {
            _date = stamp = new(now.ToUnixTimeSeconds(), Encoding.ASCII.GetBytes(now.ToString("r", CultureInfo.InvariantCulture)));
        }

        return stamp.Text;
    }

    private sealed record Stamp(long Second, byte[] Text);
}
