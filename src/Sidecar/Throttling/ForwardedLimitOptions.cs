using System.Buffers;
using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>A limit by client address on paths that are passed on: <c>limits.forwarded[]</c>.</summary>
/// <param name="Path"><c>limits.forwarded[].path</c>: a path in its plain spelling, or the beginning of paths with a <c>*</c> behind it.</param>
/// <param name="Methods"><c>limits.forwarded[].methods</c>: the methods it counts; none for all.</param>
/// <param name="Limit">How many; named after methods and path.</param>
internal sealed record ForwardedLimitOptions(string Path, IReadOnlyList<string> Methods, LimitOptions Limit)
{
    private const int DefaultPermits = 60;

    // What stands in a header field and in a plain path: no quotes, no escapes, no query.
    private static readonly SearchValues<char> PathLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()+,=:@/");

    private static readonly SearchValues<char> MethodLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ-");

    public static IReadOnlyList<ForwardedLimitOptions> Read(SettingsSection limits)
    {
        var read = new List<ForwardedLimitOptions>();
        foreach (var section in limits.Sections("forwarded"))
        {
            var path = section.Text("path");
            string[] methods = [.. section.Texts("methods").Select(static method => method.ToUpperInvariant()).Order(StringComparer.Ordinal)];
            var name = $"forwarded:{(methods.Length == 0 ? "*" : string.Join('+', methods))}:{path}";
            var limit = LimitOptions.ReadItself(section, new(name) { Permits = DefaultPermits, Window = TimeSpan.FromMinutes(1) });
            if (!IsPattern(path))
            {
                section.Reject("path", "is no path to limit", "write a path such as /v1/user/login, or the beginning of paths such as /v1/user/*");
            }
            else if (methods.Any(static method => method.Length == 0 || method.AsSpan().ContainsAnyExcept(MethodLetters)))
            {
                section.Reject("methods", "holds something that is no method", "write methods such as [POST], or leave it out for all");
            }
            else if (read.Any(other => other.Limit.Name == name))
            {
                section.Reject("path", "is limited twice for the same methods", "keep one of the two");
            }
            else
            {
                read.Add(new(path, methods, limit));
            }
        }

        return read;
    }

    /// <summary>In its plain spelling, since every other one is read as it: no escapes, no empty or dot segments.</summary>
    private static bool IsPattern(string path)
    {
        var plain = path.EndsWith('*') ? path.AsSpan(0, path.Length - 1) : path;
        return plain.StartsWith('/')
            && !plain.ContainsAnyExcept(PathLetters)
            && !plain.Contains("//", StringComparison.Ordinal)
            && !plain.Contains("/.", StringComparison.Ordinal)
            && (path.EndsWith('*') || path.Length == 1 || !path.EndsWith('/'));
    }
}
