namespace Sidecar.Upstream;

/// <summary>What an app finds in its store while a proven reset is with it, as its release expects it.</summary>
/// <param name="Key">Where it looks.</param>
/// <param name="Value">What it must find.</param>
internal sealed record HandoffProof(string Key, string Value)
{
    /// <summary>A key under which the app remembers why not even to look; it goes when the proof comes. Null for none.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Never the address: it would reach a log.</summary>
    public override string ToString() => "(proof)";
}
