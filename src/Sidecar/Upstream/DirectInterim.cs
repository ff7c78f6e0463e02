using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Sidecar.Http1;

namespace Sidecar.Upstream;

/// <summary>
/// What an app says before its answer (<c>103 Early Hints</c>). The server in front knows no way to send that, so it goes straight
/// to the client's connection, on which nothing else goes between a request and the head of its answer.
/// </summary>
internal static class DirectInterim
{
    /// <summary>The client's connection; null where the client knows no such answers (RFC 9110, 15.2).</summary>
    public static PipeWriter? ClientOf(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) ? context.Features.Get<IConnectionTransportFeature>()?.Transport.Output : null;

    /// <summary>Writes one on; nothing goes out before the client's connection is flushed.</summary>
    public static void Write(ResponseHead head, PipeWriter client)
    {
        using var written = new HeadWriter();
        written.Add("HTTP/1.1 "u8).Add(head.Status).Add(" "u8).Add(head.Reason).Add("\r\n"u8);
        foreach (var (name, value) in head.Fields)
        {
            // It has no body, so it may not speak of one's length either.
            if (!DirectHead.IsForThisHop(name, head.Connection) && !DirectHead.IsLength(name))
            {
                written.AddField(name, value);
            }
        }

        client.Write(written.Add("\r\n"u8).Written.Span);
    }
}
