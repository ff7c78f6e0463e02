namespace Sidecar.Mail;

/// <summary>A refusal that a well-known provider words in a way of its own, and what to do about it.</summary>
/// <param name="Name">How machines call it, such as <c>gmail-app-password</c>.</param>
/// <param name="Status">The status, or how it begins.</param>
/// <param name="Enhanced">The enhanced status; empty: there must be none; null: whatever it is.</param>
/// <param name="Fragments">Pieces of text, in lower case, of which one must occur; none: the statuses say enough.</param>
/// <param name="Hint">What it means and what to change, without the relay's name before it.</param>
/// <param name="Trouble">What it is, where that differs from what its place in the dialogue suggests.</param>
internal sealed record KnownReply(string Name, string Status, string? Enhanced, string[] Fragments, string Hint, RelayTrouble? Trouble = null)
{
    /// <summary>The first entry that fits. The relay's words are looked at and never kept: they may quote an address.</summary>
    /// <param name="status">Such as <c>535</c>.</param>
    /// <param name="enhanced">Such as <c>5.7.8</c>; empty when there is none.</param>
    /// <param name="text">What the relay said.</param>
    public static KnownReply? Find(string status, string enhanced, string text)
    {
        // Replies of several lines break anywhere, and each line may begin with the enhanced status again.
        var words = text.ReplaceLineEndings(" ");
        return KnownReplies.All.FirstOrDefault(known => known.Fits(status, enhanced, words));
    }

    private bool Fits(string status, string enhanced, string words) =>
        status.StartsWith(Status, StringComparison.Ordinal)
        && (Enhanced is null || Enhanced == enhanced)
        && (Fragments.Length == 0 || Fragments.Any(fragment => words.Contains(fragment, StringComparison.OrdinalIgnoreCase)));
}
