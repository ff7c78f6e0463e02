namespace Sidecar.FunctionalTests.Conformance;

/// <summary>What remains different, and why: the one list, which docs/proxying.md repeats.</summary>
internal static class KnownDifferences
{
    public static bool Explain(string engine, string exchange, Difference difference) => false;
}
