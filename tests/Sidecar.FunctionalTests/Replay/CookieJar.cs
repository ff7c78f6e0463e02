using System.Globalization;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>A client's cookies for one host over plain http: name and value, set, replaced and deleted.</summary>
internal sealed class CookieJar(TimeProvider time)
{
    private readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);

    /// <summary>The Cookie header, or null when there is nothing to send.</summary>
    public string? Header => cookies.Count == 0 ? null : string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}"));

    public void Store(IEnumerable<string> setCookies)
    {
        foreach (var setCookie in setCookies)
        {
            var parts = setCookie.Split(';', StringSplitOptions.TrimEntries);
            var equals = parts[0].IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                continue;
            }

            if (parts.Skip(1).Any(IsOver) || parts.Skip(1).Any(static a => a.Equals("Secure", StringComparison.OrdinalIgnoreCase)))
            {
                // A browser does not keep a Secure cookie that came over plain http.
                cookies.Remove(parts[0][..equals]);
            }
            else
            {
                cookies[parts[0][..equals]] = parts[0][(equals + 1)..];
            }
        }
    }

    private bool IsOver(string attribute)
    {
        var (name, value) = attribute.Split('=', 2) is [var n, var v] ? (n, v) : (attribute, "");
        return name.ToUpperInvariant() switch
        {
            "MAX-AGE" => int.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds <= 0,
            "EXPIRES" => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out var instant) && instant <= time.GetUtcNow(),
            _ => false,
        };
    }
}
