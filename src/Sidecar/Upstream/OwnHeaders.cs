namespace Sidecar.Upstream;

/// <summary>
/// The headers that are the sidecar's alone: no client's word in them, in any spelling, reaches the app. The assertion's own name is
/// kept from clients also where another is configured or none is sent, because an app may believe it all the same.
/// </summary>
/// <param name="Assertion"><c>assertion.header</c>.</param>
internal sealed record OwnHeaders(string Assertion)
{
    public const string DefaultAssertion = "Sidecar-Assertion";

    private readonly string[] _names = [HeaderHygiene.Ticket, DefaultAssertion, Assertion.Replace('_', '-')];

    public static OwnHeaders Default { get; } = new(DefaultAssertion);

    /// <summary>Whether a name is ours in any spelling; servers that fold <c>_</c> to <c>-</c> would read it as ours.</summary>
    public bool Contain(string name)
    {
        foreach (var own in _names)
        {
            if (name.Length == own.Length && (name[0] | 0x20) == (own[0] | 0x20) && name.Replace('_', '-').Equals(own, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a name may be ours, told by its length and its first letter; for all others no text has to be made of it.</summary>
    public bool MayContain(ReadOnlySpan<byte> name)
    {
        foreach (var own in _names)
        {
            if (name.Length == own.Length && (name[0] | 0x20) == (own[0] | 0x20))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>What the sidecar says to the app in a request of somebody else.</summary>
internal sealed record OutgoingAssertion(string Name, string Value)
{
    /// <summary>Keeps it out of whatever prints records.</summary>
    public override string ToString() => Name;
}
