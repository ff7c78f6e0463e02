namespace Sidecar.Accounts;

/// <summary>An account that was found.</summary>
/// <param name="Address">Where its mail goes: as stored, where the look-up can see that; otherwise as typed.</param>
internal sealed record Account(string Address)
{
    /// <summary>What its owner signs in with where that is no password, such as <c>github</c>; empty: a password, or nobody knows.</summary>
    public string LoginChannel { get; init; } = "";

    /// <summary>Never the address: it would reach a log.</summary>
    public override string ToString() => "(account)";
}
