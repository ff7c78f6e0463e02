using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Recovery;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Where a ticket travels: header <c>Sidecar-Ticket</c> for programs, a cookie for browsers. With both in a request the
/// header alone counts. Each purpose has a cookie of its own, so that one flow does not end the other.
/// </summary>
internal sealed partial class TicketCarrier(RecoveryOptions options, ILogger<TicketCarrier> logger)
{
    private int _warned;

    public string? Read(HttpRequest request, ClientAddress client, Purpose purpose)
    {
        var header = request.Headers[HeaderHygiene.Ticket];
        return header.Count > 0 ? header[0] : request.Cookies[CookieName(purpose, IsSecure(client))];
    }

    /// <summary>Gives the client its ticket. A page of another site that fetches a picture gets no cookie, or it could plant one.</summary>
    public void Write(HttpContext context, ClientAddress client, Purpose purpose, string ticket)
    {
        context.Response.Headers[HeaderHygiene.Ticket] = ticket;
        if (context.Request.Headers["Sec-Fetch-Site"] != "cross-site")
        {
            WriteCookie(context, client, purpose, ticket);
        }
    }

    /// <summary>Gives a page's visitor the ticket out of reach of scripts, for an address that only the visitor's own cookie names.</summary>
    public void WriteCookie(HttpContext context, ClientAddress client, Purpose purpose, string ticket)
    {
        if (!IsSecure(client) && Interlocked.Exchange(ref _warned, 1) == 0)
        {
            LogPlainCookie();
        }

        context.Response.Cookies.Append(CookieName(purpose, IsSecure(client)), ticket, Attributes(client));
    }

    /// <summary>After the app's success there is nothing left to carry.</summary>
    public void Delete(HttpContext context, ClientAddress client, Purpose purpose)
    {
        context.Response.Headers.Remove(HeaderHygiene.Ticket);
        context.Response.Cookies.Delete(CookieName(purpose, IsSecure(client)), Attributes(client));
    }

    private static string CookieName(Purpose purpose, bool isSecure)
    {
        var name = purpose == Purpose.Recovery ? OwnCookies.Recovery : OwnCookies.Verification;
        return isSecure ? OwnCookies.HostPrefix + name : name;
    }

    private bool IsSecure(ClientAddress client) => options.SecureCookie ?? client.IsHttps;

    private CookieOptions Attributes(ClientAddress client) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", Secure = IsSecure(client) };

    [LoggerMessage(LogLevel.Warning, "Tickets travel in cookies without Secure, because clients come over plain http. Behind a proxy that speaks https, list its network in `client_address.trusted_proxies`, or set `recovery.cookie.secure: always`.")]
    private partial void LogPlainCookie();
}
