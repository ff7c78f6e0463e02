using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Throttling;

/// <summary>
/// The fields of draft-ietf-httpapi-ratelimit-headers, as structured fields, and Retry-After. Seconds are rounded up: a
/// client that comes back when told is not refused again.
/// </summary>
internal static class RateLimitFields
{
    public const string PolicyName = "RateLimit-Policy";
    public const string Name = "RateLimit";

    /// <summary>Whether there is anything to say.</summary>
    public static bool Tells(LimitDecision decision) => decision.Limit > 0;

    /// <summary>All fields of a refusal.</summary>
    public static void Write(IHeaderDictionary headers, LimitDecision decision)
    {
        if (Tells(decision))
        {
            headers[PolicyName] = Policy(decision);
            headers[Name] = Value(decision);
        }

        headers.RetryAfter = RetryAfter(decision.RetryAfter);
    }

    /// <summary><c>"client";q=60;w=60</c></summary>
    public static string Policy(LimitDecision decision) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{decision.Name}\";q={decision.Limit};w={Seconds(decision.Window)}");

    /// <summary><c>"client";r=50;t=30</c></summary>
    public static string Value(LimitDecision decision) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{decision.Name}\";r={decision.Remaining};t={Seconds(decision.Reset)}");

    /// <summary>At least one, since zero means at once.</summary>
    public static string RetryAfter(TimeSpan wait) => RetryAfterSeconds(wait).ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc cref="RetryAfter"/>
    public static long RetryAfterSeconds(TimeSpan wait) => Math.Max(Seconds(wait), 1);

    private static long Seconds(TimeSpan span) => (long)Math.Ceiling(span.TotalSeconds);
}
