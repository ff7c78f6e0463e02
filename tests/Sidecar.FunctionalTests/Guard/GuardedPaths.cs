using Sidecar.Contracts;

namespace Sidecar.FunctionalTests.Guard;

/// <summary>The app's recovery paths, and the disguises in which some server or framework would still know them.</summary>
internal static class GuardedPaths
{
    public static IReadOnlyList<string> Plain { get; } = [.. RagflowRoutes.Guarded([]).Select(static route => route.Key)];

    /// <summary>Request targets that read as <paramref name="path"/>.</summary>
    public static IEnumerable<string> Disguises(string path, string authority)
    {
        var last = path[(path.LastIndexOf('/') + 1)..];
        var parent = path[..^(last.Length + 1)];
        yield return path;
        yield return path + "?";
        yield return path + "?email=a@example.com&x=/y";
        yield return path + "/";
        yield return path + "//";
        yield return path + "/.";
        yield return path + "/x/..";
        yield return path + "/./";
        yield return path + ";a=b";
        yield return path + ";";
        yield return path + "/;a=b";
        yield return path + "%3Bjsessionid=1";
        yield return path + "#fragment";
        yield return path + "%23fragment";
        yield return path + "%3Fquery";
        yield return path + "%2F";
        yield return path + "%5C";
        yield return "/" + path;
        yield return "//" + path;
        yield return "/x/.." + path;
        yield return "/x/%2e%2E" + path;
        yield return "/x%2f..%2f" + path;
        yield return "/." + path;
        yield return "/%2E" + path;
        yield return "/.." + path;
        yield return "/x;y/.." + path;
        yield return $"{parent};a=b/{last}";
        yield return $"{parent}//{last}";
        yield return $"{parent}/./{last}";
        yield return $"{parent}/../{parent[(parent.LastIndexOf('/') + 1)..]}/{last}";
        yield return $"{parent}%2F{last}";
        yield return $"{parent}%2f{last}";
        yield return $"{parent}%252F{last}";
        yield return $"{parent}%25252F{last}";
        yield return $"{parent}\\{last}";
        yield return $"{parent}%5c{last}";
        yield return $"{parent}%255C{last}";
        yield return $"{parent}%C0%AF{last}";
        yield return $"{parent}%E0%80%AF{last}";
        yield return $"{parent}%F0%80%80%AF{last}";
        yield return "/" + path.Replace("/", "%2F", StringComparison.Ordinal);
        yield return path.Replace("/", "//", StringComparison.Ordinal);
        yield return path.Replace("/", "/./", StringComparison.Ordinal);
        yield return path.ToUpperInvariant();
        yield return $"/{char.ToUpperInvariant(path[1])}{path[2..]}";
        yield return $"{parent}/%{(int)last[0]:X2}{last[1..]}";
        yield return $"{parent}/%{(int)last[0]:x2}{last[1..]}";
        yield return $"{parent}/%25{(int)last[0]:X2}{last[1..]}";
        yield return $"{parent}/%C1%{(0x80 | (last[0] & 0x3F)):X2}{last[1..]}";
        yield return string.Concat(path.Select(static letter => letter == '/' ? "/" : $"%{(int)letter:X2}"));
        yield return string.Concat(path.Select(static letter => letter == '/' ? "/" : $"%25{(int)letter:X2}"));
        yield return $"http://{authority}{path}";
        yield return $"http://{authority}/{path}?x";
        yield return $"http://{authority}{parent}%2F{last}/";
        yield return string.Concat(Enumerable.Repeat("/x/..", 50)) + path;
        yield return "/%2e%2e%2f%2e%2e" + path + "/%2e%2e/" + last;
    }
}
