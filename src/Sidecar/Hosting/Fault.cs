namespace Sidecar.Hosting;

/// <summary>
/// One thing wrong with the configuration. All faults are collected before any is reported, each as the line
/// <c>source: key: value: problem. Fix: …</c>.
/// </summary>
/// <param name="Source">The file, environment variable or flag that named the value; <c>configuration</c> when nothing did.</param>
/// <param name="Key">The dotted key, such as <c>recovery.code.ttl</c>.</param>
/// <param name="Value">The value as written; masked for secrets; empty when the key is missing.</param>
/// <param name="Problem">What is wrong, without a closing full stop.</param>
/// <param name="Fix">What to write instead.</param>
internal sealed record Fault(string Source, string Key, string Value, string Problem, string Fix)
{
    private static readonly string[] NotRecoverys = ["telemetry", "forward", "shutdown", "pages"];

    /// <summary>Whether the process cannot serve the app with this fault. The rest only switches recovery off.</summary>
    public bool IsFatal => Key.StartsWith("listeners", StringComparison.Ordinal)
        || Key.StartsWith("management", StringComparison.Ordinal)
        || Key.Length == 0;

    /// <summary>
    /// Whether only <c>check-config</c> minds: <c>run</c> logs it and works, as far as what is there goes, with the default where
    /// a value that is not recovery's own is wrong.
    /// </summary>
    public bool IsHarmless { get; init; } = NotRecoverys.Any(section => Key.StartsWith(section, StringComparison.Ordinal));

    public override string ToString() => $"{Source}: {Key}: {Value}: {Problem}. Fix: {Fix}";
}
