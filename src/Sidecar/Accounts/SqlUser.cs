namespace Sidecar.Accounts;

/// <summary>A row of RAGFlow's table of users, as far as it is read.</summary>
/// <param name="Email">The address as stored.</param>
/// <param name="Status"><c>1</c>; <c>0</c> when deleted.</param>
/// <param name="IsActive"><c>1</c>; <c>0</c> when disabled.</param>
/// <param name="Channel"><c>password</c>, or how an OAuth login is called; null for users that were made otherwise, with a password.</param>
internal sealed record SqlUser(string? Email, string? Status, string? IsActive, string? Channel)
{
    private const string ByPassword = "password";

    /// <summary>Neither deleted nor disabled, as RAGFlow's login sees it: the one must be 1, the other must not be 0.</summary>
    public bool IsUsable => Status == "1" && IsActive != "0";

    /// <summary>How they sign in where that is not by password; empty where it is.</summary>
    public string OtherChannel => string.IsNullOrWhiteSpace(Channel) || Channel.Trim().Equals(ByPassword, StringComparison.OrdinalIgnoreCase) ? "" : Channel.Trim();
}
