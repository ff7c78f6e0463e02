namespace Sidecar.FunctionalTests.Conformance;

/// <summary>Something that remains different through the sidecar, and why.</summary>
/// <param name="Title">What is different, as a reader of docs/proxying.md is told.</param>
/// <param name="Reason">Why it stays so.</param>
/// <param name="Whats">The differences meant; a star at the end stands for anything.</param>
/// <param name="Witness">An exchange that shows it: the day it no longer does, the entry goes.</param>
internal sealed record KnownDifference(string Title, string Reason, string[] Whats, string Witness)
{
    /// <summary>The engines that it is about; empty for all.</summary>
    public string[] Engines { get; init; } = [];

    /// <summary>The exchanges that it is about, a star at the end standing for anything; empty for all.</summary>
    public string[] Exchanges { get; init; } = [];

    public bool IsOf(string engine) => Engines.Length == 0 || Engines.Contains(engine);

    public bool Explains(string engine, string exchange, Difference difference) =>
        IsOf(engine) && Whats.Any(what => Fits(what, difference.What)) && (Exchanges.Length == 0 || Exchanges.Any(name => Fits(name, exchange)));

    private static bool Fits(string pattern, string text) =>
        pattern.EndsWith('*') ? text.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase) : text.Equals(pattern, StringComparison.OrdinalIgnoreCase);
}
