namespace Sidecar.FunctionalTests.Accounts;

/// <summary>A row of RAGFlow's table of users.</summary>
internal sealed record StoredUser(string Email, string Status = "1", string Active = "1", string? Channel = "password")
{
    /// <summary>The values of its columns, in the order of <see cref="Columns"/>.</summary>
    public string Values => $"('{Guid.NewGuid():n}', 'x', 'hash', '{Email.Replace("'", "''", StringComparison.Ordinal)}', '{Status}', '{Active}', {(Channel is null ? "NULL" : $"'{Channel}'")})";

    public const string Columns = "(id, nickname, password, email, status, is_active, login_channel)";
}
