namespace Sidecar.Mail;

/// <summary>A mail in its final words, ready for a relay.</summary>
/// <param name="To">The recipient's address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">The plain-text part.</param>
/// <param name="Html">The HTML part, saying the same.</param>
internal sealed record Message(string To, string Subject, string Text, string Html);
