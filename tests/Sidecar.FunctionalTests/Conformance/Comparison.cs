namespace Sidecar.FunctionalTests.Conformance;

/// <summary>Something that one end saw otherwise through the sidecar.</summary>
/// <param name="What">Where and how, such as <c>request header added: X-Forwarded-For</c>.</param>
/// <param name="Direct">What was seen without.</param>
/// <param name="Through">What was seen with.</param>
internal sealed record Difference(string What, string Direct, string Through)
{
    public override string ToString() => $"{What} (direct: `{Direct}`, through the sidecar: `{Through}`)";
}

/// <summary>Says everything in which two sights of one exchange differ, and leaves it to others whether it may.</summary>
internal static class Comparison
{
    public static IReadOnlyList<Difference> Of(Sight direct, Sight through) =>
    [
        .. Differ("turns held back", string.Join(',', direct.Held), string.Join(',', through.Held)),
        .. Messages("request", direct.Requests, through.Requests),
        .. Differ("interim answers", Interims(direct), Interims(through)),
        .. Messages("answer", Finals(direct), Finals(through)),
        .. Differ("end", direct.ClientsEnd.ToString(), through.ClientsEnd.ToString()),
    ];

    private static string Interims(Sight sight) => string.Join(',', sight.Answers.Where(static answer => answer.IsInterim).Select(static answer => answer.Status));

    private static List<WireMessage> Finals(Sight sight) => [.. sight.Answers.Where(static answer => !answer.IsInterim)];

    private static IEnumerable<Difference> Messages(string kind, IReadOnlyList<WireMessage> direct, IReadOnlyList<WireMessage> through)
    {
        var counted = direct.Count == through.Count ? [] : Differ($"{kind}s", string.Join(" | ", direct.Select(static m => m.Line)), string.Join(" | ", through.Select(static m => m.Line)));
        return counted.Concat(direct.Zip(through).SelectMany(pair => Message(kind, pair.First, pair.Second)));
    }

    private static IEnumerable<Difference> Message(string kind, WireMessage direct, WireMessage through) =>
    [
        .. Line(kind, direct.Line, through.Line),
        .. Fields($"{kind} header", direct.Headers, through.Headers),
        .. Differ($"{kind} framing", direct.Framing.ToString(), through.Framing.ToString()),
        .. Differ($"{kind} body", direct.Body, through.Body),
        .. Fields($"{kind} trailer", direct.Trailers, through.Trailers),
        .. Differ($"{kind} whole", direct.IsComplete.ToString(), through.IsComplete.ToString()),
    ];

    /// <summary>Method, target and version, or version, status and reason.</summary>
    private static IEnumerable<Difference> Line(string kind, string direct, string through)
    {
        string[] parts = kind == "request" ? ["method", "target", "version"] : ["version", "status", "reason"];
        var (was, became) = (Parts(direct), Parts(through));
        return parts.SelectMany((part, i) => Differ($"{kind} {part}", was[i], became[i]));

        static string[] Parts(string line) => [.. line.Split(' ', 3), "", ""];
    }

    private static IEnumerable<Difference> Fields(string kind, IReadOnlyList<KeyValuePair<string, string>> direct, IReadOnlyList<KeyValuePair<string, string>> through)
    {
        var names = direct.Concat(through).Select(static field => field.Key).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        foreach (var name in names)
        {
            var (was, became) = (Values(direct, name), Values(through, name));
            if (was.Count == 0 || became.Count == 0)
            {
                yield return new($"{kind} {(was.Count == 0 ? "added" : "missing")}: {name}", string.Join(" | ", was), string.Join(" | ", became));
            }
            else if (!was.SequenceEqual(became))
            {
                var isJoined = became.Count == 1 && was.Count > 1 && (string.Join(", ", was) == became[0] || string.Join("; ", was) == became[0]);
                yield return new($"{kind} {(isJoined ? "joined" : "value")}: {name}", string.Join(" | ", was), string.Join(" | ", became));
            }
            else if (!Spellings(direct, name).SequenceEqual(Spellings(through, name)))
            {
                yield return new($"{kind} case: {name}", string.Join(" | ", Spellings(direct, name)), string.Join(" | ", Spellings(through, name)));
            }
        }

        var (before, after) = (Order(direct, through), Order(through, direct));
        if (!before.SequenceEqual(after))
        {
            yield return new($"{kind} order", string.Join(", ", before), string.Join(", ", after));
        }
    }

    private static List<string> Values(IReadOnlyList<KeyValuePair<string, string>> fields, string name) => [.. Named(fields, name).Select(static field => field.Value)];

    private static List<string> Spellings(IReadOnlyList<KeyValuePair<string, string>> fields, string name) => [.. Named(fields, name).Select(static field => field.Key)];

    private static IEnumerable<KeyValuePair<string, string>> Named(IReadOnlyList<KeyValuePair<string, string>> fields, string name) =>
        fields.Where(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The names that both have, each where it first stands.</summary>
    private static List<string> Order(IReadOnlyList<KeyValuePair<string, string>> of, IReadOnlyList<KeyValuePair<string, string>> other) =>
        [.. of.Select(static field => field.Key.ToLowerInvariant()).Distinct().Where(name => Named(other, name).Any())];

    private static IEnumerable<Difference> Differ(string what, string direct, string through) => direct == through ? [] : [new(what, direct, through)];
}
