using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Verification;

/// <summary>
/// Requests on which the app is told of a verified address. Something is added there, so only the plain spelling of a path counts:
/// what is asked for in another way goes without.
/// </summary>
/// <param name="Method">The method; empty for all.</param>
/// <param name="Paths">The path, or the beginning of paths.</param>
internal sealed record AssertRule(string Method, PathList Paths)
{
    public bool IsMet(string method, ReadOnlySpan<char> path) => (Method.Length == 0 || Method.Equals(method, StringComparison.OrdinalIgnoreCase)) && Paths.Contains(path);

    /// <summary>Reads <c>verification.assert.paths</c>: <c>/path</c>, <c>/beginning/*</c>, or <c>POST /path</c>. Default: none.</summary>
    public static IReadOnlyList<AssertRule> Read(SettingsSection verification, bool canVerify)
    {
        var section = verification.Section("assert");
        var rules = new List<AssertRule>();
        foreach (var text in section.Texts("paths"))
        {
            var (method, path) = text.Trim().Split(' ', 2, StringSplitOptions.TrimEntries) is [var word, var rest] ? (word, rest) : ("", text.Trim());
            if (PathList.IsPattern(path) && method.All(char.IsAsciiLetter))
            {
                rules.Add(new(method, new([path])));
            }
            else
            {
                section.Reject("paths", $"holds `{text}`, which is no path", "write a path, the beginning of paths with a * behind it, or either behind a method: /account, /api/*, POST /orders");
            }
        }

        if (rules.Count > 0 && !canVerify)
        {
            section.Reject("paths", "needs verification, which is off", "set verification.enabled: true");
        }

        return rules;
    }
}
