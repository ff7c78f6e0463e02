using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>A secret in all the spellings in which it might slip out: any case, escaped for URLs or JSON, hex, and base64 at any offset.</summary>
internal static class Spellings
{
    /// <summary>The spelling that stands in the text; null when none does.</summary>
    public static string? Find(string secret, string text) => Of(secret).FirstOrDefault(pattern => Regex.IsMatch(text, pattern));

    private static IEnumerable<string> Of(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        foreach (var spelling in new[] { secret, Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret), string.Concat(bytes.Select(static b => $"%{b:X2}")), Convert.ToHexString(bytes) }.Distinct())
        {
            // As a word: five letters of a captcha stand by chance in longer ones.
            yield return $"(?i)(?<![A-Za-z0-9]){Regex.Escape(spelling)}(?![A-Za-z0-9])";
        }

        yield return "(?i)(?<![A-Za-z0-9])" + string.Concat(secret.Take(40).Select(static letter => $"(?:{Regex.Escape(letter.ToString())}|\\\\u{(int)letter:X4})")) + (secret.Length <= 40 ? "(?![A-Za-z0-9])" : "");
        for (var offset = 0; offset < 3 && bytes.Length >= 8; offset++)
        {
            // What depends on the neighbours is cut off.
            var coded = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            var inner = coded[(offset == 0 ? 0 : offset + 1)..(coded.TrimEnd('=').Length - ((offset + bytes.Length) % 3 == 0 ? 0 : 1))];
            yield return Regex.Escape(inner);
            yield return Regex.Escape(inner.Replace('+', '-').Replace('/', '_'));
        }
    }
}
