namespace Sidecar.Mail;

/// <summary>
/// Who asked for a mail, as far as its words go. Both parts come from closed sets or are made here: nothing a client wrote
/// reaches a mail.
/// </summary>
/// <param name="Language">A language there are mails in; empty for the default.</param>
/// <param name="From">Where the request came from, coarsely, such as <c>Firefox, Windows, 203.0.113.0/24</c>; empty when unknown.</param>
internal sealed record Asker(string Language, string From)
{
    /// <summary>Nothing is known.</summary>
    public static Asker Unknown { get; } = new("", "");
}
