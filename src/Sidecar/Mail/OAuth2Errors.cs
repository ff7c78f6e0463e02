using System.Globalization;
using System.Text.Json;

namespace Sidecar.Mail;

/// <summary>
/// Reads a token endpoint's refusal by its codes alone: RFC 6749's words, Google's subtypes and the numbers of Microsoft's
/// AADSTS errors. Its sentences quote accounts and applications, and are never looked at.
/// </summary>
internal static class OAuth2Errors
{
    /// <summary>The words that may be repeated in a log; anything else an endpoint may have made up from what it was sent.</summary>
    private static readonly Dictionary<string, RelayTrouble> Words = new(StringComparer.Ordinal)
    {
        ["invalid_grant"] = RelayTrouble.TokenGrantEnded,
        ["invalid_rapt"] = RelayTrouble.TokenGrantEnded,
        ["interaction_required"] = RelayTrouble.TokenGrantEnded,
        ["invalid_client"] = RelayTrouble.TokenClientRejected,
        ["unauthorized_client"] = RelayTrouble.TokenClientRejected,
        ["deleted_client"] = RelayTrouble.TokenClientRejected,
        ["disabled_client"] = RelayTrouble.TokenClientRejected,
        ["invalid_scope"] = RelayTrouble.TokenScopeRefused,
        ["invalid_resource"] = RelayTrouble.TokenScopeRefused,
        ["consent_required"] = RelayTrouble.TokenScopeRefused,
        ["access_denied"] = RelayTrouble.TokenScopeRefused,
        ["admin_policy_enforced"] = RelayTrouble.TokenScopeRefused,
        ["invalid_request"] = RelayTrouble.TokenRequestRefused,
        ["unsupported_grant_type"] = RelayTrouble.TokenRequestRefused,
        ["invalid_tenant"] = RelayTrouble.TokenRequestRefused,
        ["temporarily_unavailable"] = RelayTrouble.TokenEndpointAway,
        ["server_error"] = RelayTrouble.TokenEndpointAway,
        ["rate_limit_exceeded"] = RelayTrouble.TokenEndpointAway,
        ["slow_down"] = RelayTrouble.TokenEndpointAway,
        ["internal_failure"] = RelayTrouble.TokenEndpointAway,
    };

    /// <summary>Where Microsoft's number says more than its word.</summary>
    private static readonly Dictionary<int, RelayTrouble> Numbers = new()
    {
        [700016] = RelayTrouble.TokenClientRejected,
        [7000215] = RelayTrouble.TokenClientRejected,
        [7000222] = RelayTrouble.TokenClientRejected,
        [7000218] = RelayTrouble.TokenClientRejected,
        [7000112] = RelayTrouble.TokenClientRejected,
        [65001] = RelayTrouble.TokenScopeRefused,
        [65004] = RelayTrouble.TokenScopeRefused,
        [70011] = RelayTrouble.TokenScopeRefused,
        [500011] = RelayTrouble.TokenScopeRefused,
        [90002] = RelayTrouble.TokenRequestRefused,
        [900023] = RelayTrouble.TokenRequestRefused,
        [90033] = RelayTrouble.TokenEndpointAway,
        [90009] = RelayTrouble.TokenRequestRefused,
    };

    private static readonly string[] Keys = ["error", "error_subtype"];

    public static OAuth2Answer.Refusal Explain(int httpStatus, byte[] body)
    {
        var (words, number) = Codes(body);
        var told = words.Select(static word => Words.TryGetValue(word, out var trouble) ? trouble : (RelayTrouble?)null).OfType<RelayTrouble>();
        var trouble = httpStatus is 408 or 429 or >= 500 ? RelayTrouble.TokenEndpointAway
            : number is { } code && Numbers.TryGetValue(code, out var numbered) ? numbered
            : told.FirstOrDefault(httpStatus switch
            {
                401 => RelayTrouble.TokenClientRejected,
                >= 400 => RelayTrouble.TokenRequestRefused,
                // A redirect: to a portal, or because the URL is not quite right.
                _ => RelayTrouble.TokenEndpointGarbled,
            });
        var status = string.Join(' ', words.Where(Words.ContainsKey).Append(number is { } shown ? $"AADSTS{shown.ToString(CultureInfo.InvariantCulture)}" : ""));
        return new OAuth2Answer.Refusal(trouble, $"{httpStatus} {status}".Trim());
    }

    private static (string[] Words, int? Number) Codes(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return ([], null);
            }

            var number = root.TryGetProperty("error_codes", out var numbers) && numbers.ValueKind == JsonValueKind.Array && numbers.GetArrayLength() > 0
                && numbers[0].ValueKind == JsonValueKind.Number && numbers[0].TryGetInt32(out var first) && first > 0 ? first : (int?)null;
            return ([.. Keys
                .Select(key => root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "")
                .Where(static word => word.Length > 0)], number);
        }
        catch (JsonException)
        {
            return ([], null);
        }
    }
}
