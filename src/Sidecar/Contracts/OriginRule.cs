using Microsoft.AspNetCore.Http;
using Sidecar.Recovery;

namespace Sidecar.Contracts;

/// <summary>Whether a browser's page may drive the flow: the app's own, or one of <c>recovery.allowed_origins</c>.</summary>
internal sealed class OriginRule(RecoveryOptions options)
{
    public bool Allows(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            || request.Headers["Sec-Fetch-Site"] == "same-origin"
            || IsOwn(origin, request.Host)
            || IsListed(origin);
    }

    /// <summary>Lets a page of a listed origin read the answer.</summary>
    public void Share(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && IsListed(origin))
        {
            var headers = context.Response.Headers;
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowCredentials = "true";
            headers.AccessControlAllowHeaders = "Content-Type, Sidecar-Ticket";
            headers.AccessControlAllowMethods = "GET, POST, OPTIONS";
            headers.AccessControlExposeHeaders = "Sidecar-Ticket, Retry-After, RateLimit, RateLimit-Policy";
            headers.Append("Vary", "Origin");
        }
    }

    private bool IsListed(string origin) => options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);

    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && string.Equals(uri.Host, host.Host.Trim('[', ']') is var name && uri.HostNameType == UriHostNameType.IPv6 ? $"[{name}]" : host.Host, StringComparison.OrdinalIgnoreCase)
        && uri.Port == (host.Port ?? (uri.Scheme == "https" ? 443 : 80));
}
