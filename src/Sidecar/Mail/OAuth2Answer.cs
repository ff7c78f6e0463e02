namespace Sidecar.Mail;

/// <summary>What came of asking for a token: one, or the trouble that a relay's failure is told with.</summary>
internal abstract record OAuth2Answer
{
    private OAuth2Answer()
    {
    }

    /// <param name="Access">Shown to the relay.</param>
    /// <param name="Lifetime">How long it is good for, from when it was asked for.</param>
    /// <param name="Refresh">The refresh token that takes the place of the one used; null where that stays.</param>
    internal sealed record Token(string Access, TimeSpan Lifetime, string? Refresh) : OAuth2Answer
    {
        public override string ToString() => "token";
    }

    /// <param name="Trouble">What to tell.</param>
    /// <param name="Status">The endpoint's error codes, never its words.</param>
    internal sealed record Refusal(RelayTrouble Trouble, string Status) : OAuth2Answer;
}

/// <summary>Carries a <see cref="OAuth2Answer.Refusal"/> to where a session names its failures.</summary>
internal sealed class TokenRefusedException(OAuth2Answer.Refusal refusal) : Exception
{
    public OAuth2Answer.Refusal Refusal { get; } = refusal;
}
