using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>
/// What a forwarded request must not carry, and what it gains: our own headers and cookies stay here, and
/// <c>X-Forwarded-*</c> says who asked as far as the peer is trusted to say so.
/// </summary>
internal static class HeaderHygiene
{
    /// <summary>The header that carries a flow's ticket.</summary>
    public const string Ticket = "Sidecar-Ticket";

    public const string ForwardedFor = "X-Forwarded-For";
    public const string ForwardedProto = "X-Forwarded-Proto";
    public const string ForwardedHost = "X-Forwarded-Host";

    private static readonly string[] Appended = [ForwardedFor, ForwardedProto, ForwardedHost];
    private static readonly string[] Identity = ["forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"];

    /// <summary>Whether a header stays here.</summary>
    public static bool Drops(string name, in ClientAddress client, OwnHeaders own) =>
        own.Contain(name) || IsLookalike(name) || (client.StripsForwarded && IsIdentity(name));

    /// <summary>Who asked, behind whom the peer says it was.</summary>
    public static string ForwardedForWith(IEnumerable<string?> received, in ClientAddress client) => string.Join(", ", received.Append(client.Peer.ToString()));

    /// <summary>Cleans the headers of an outgoing request, into which the incoming ones were copied before.</summary>
    public static void Apply(HttpRequest incoming, HttpRequestHeaders outgoing, in ClientAddress client, OwnHeaders own)
    {
        // Not the incoming ones, whose enumeration is an object; what is not among the outgoing need not be taken out.
        List<string>? dropped = null;
        foreach (var (name, _) in outgoing.NonValidated)
        {
            if (Drops(name, client, own))
            {
                (dropped ??= []).Add(name);
            }
        }

        foreach (var name in dropped ?? [])
        {
            outgoing.Remove(name);
        }

        RemoveOwnCookies(incoming, outgoing);
        var forwardedFor = client.Peer.ToString();
        if (outgoing.NonValidated.TryGetValues(ForwardedFor, out var hops))
        {
            forwardedFor = ForwardedForWith(hops, client);
            outgoing.Remove(ForwardedFor);
        }

        outgoing.TryAddWithoutValidation(ForwardedFor, forwardedFor);
        AddMissing(outgoing, ForwardedProto, incoming.Scheme);
        AddMissing(outgoing, ForwardedHost, incoming.Headers.Host.ToString());
    }

    /// <summary>
    /// Whether a name would be read as one of those that are appended below, which believe nothing that a client says but in
    /// their own spelling.
    /// </summary>
    private static bool IsLookalike(string name) =>
        name[0] is 'x' or 'X' && name.Contains('_', StringComparison.Ordinal) && Appended.Contains(Fold(name), StringComparer.OrdinalIgnoreCase);

    private static bool IsIdentity(string name)
    {
        if (name[0] is not ('x' or 'X' or 'f' or 'F' or 't' or 'T'))
        {
            return false;
        }

        var folded = Fold(name).ToLowerInvariant();
        return folded.StartsWith("x-forwarded", StringComparison.Ordinal) || Identity.Contains(folded);
    }

    private static string Fold(string name) => name.Replace('_', '-');

    private static void RemoveOwnCookies(HttpRequest incoming, HttpRequestHeaders outgoing)
    {
        var cookies = incoming.Headers.Cookie;
        var hasOwn = false;
        foreach (var header in cookies)
        {
            hasOwn |= header is not null && !ReferenceEquals(OwnCookies.Remove(header), header);
        }

        if (!hasOwn)
        {
            return;
        }

        outgoing.Remove("Cookie");
        foreach (var header in cookies)
        {
            if (header is not null && OwnCookies.Remove(header) is { } kept)
            {
                outgoing.TryAddWithoutValidation("Cookie", kept);
            }
        }
    }

    private static void AddMissing(HttpRequestHeaders headers, string name, string value)
    {
        if (!headers.NonValidated.Contains(name))
        {
            headers.TryAddWithoutValidation(name, value);
        }
    }
}
