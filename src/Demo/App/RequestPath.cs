using Microsoft.AspNetCore.Http.Features;

namespace Sidecar.Demo.App;

/// <summary>
/// The path as the stack of nginx and the app's framework would match it: decoded once, slashes merged, dot segments
/// resolved, no trailing slash, case kept. Lenient on purpose: what a sidecar lets through in disguise must spring a trap.
/// </summary>
internal static class RequestPath
{
    public static string RawTarget(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>Without the scheme and host of an absolute target.</summary>
    public static string Raw(string target) =>
        target.StartsWith('/') ? target
        : target.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme
            ? target.IndexOf('/', scheme + 3) is > 0 and var slash ? target[slash..] : "/"
            : target;

    /// <summary>Without the query, decoded once.</summary>
    public static string Decoded(string target) => Uri.UnescapeDataString(Raw(target).Split('?')[0]);

    public static string Match(string target)
    {
        var segments = new List<string>();
        foreach (var segment in Decoded(target).Split('/'))
        {
            if (segment == "..")
            {
                segments.RemoveRange(Math.Max(segments.Count - 1, 0), Math.Min(segments.Count, 1));
            }
            else if (segment is not ("" or "."))
            {
                segments.Add(segment);
            }
        }

        return "/" + string.Join('/', segments);
    }
}
