using System.Security.Cryptography;

namespace Sidecar.Mail;

/// <summary>A mail in its final words, ready for a relay.</summary>
/// <param name="To">The recipient's address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">The plain-text part.</param>
/// <param name="Html">The HTML part, saying the same.</param>
internal sealed record Message(string To, string Subject, string Text, string Html)
{
    /// <summary>The left side of its Message-ID: the same at every attempt, so that a mail that was taken twice can be told for one.</summary>
    public string Id { get; init; } = NewId();

    /// <summary>Which relays have had it in hand.</summary>
    public RelayTrail Trail { get; } = new();
    /// <summary>Called when the relay has taken the recipient and before it gets the text. Throws when the mail is not to go out from here any more.</summary>
    public Action Confirm { get; init; } = static () => { };

    /// <summary>128 random bits.</summary>
    public static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
