namespace Sidecar.FunctionalTests.Replay;

/// <summary>How somebody typed a code: the blanks around it and its case, so that another code can be typed the same way.</summary>
internal readonly record struct Decoration(string Before, string After, bool Lower)
{
    public static Decoration Of(string typed)
    {
        var core = typed.Trim();
        var start = typed.IndexOf(core, StringComparison.Ordinal);
        return new(typed[..start], typed[(start + core.Length)..], core.Any(char.IsLower) && !core.Any(char.IsUpper));
    }

    public string Apply(string text) => Before + (Lower ? text.ToLowerInvariant() : text) + After;
}
