using Sidecar.Hosting;

namespace Sidecar.Accounts;

/// <summary>RAGFlow's own word on where its users are: the section of its file that <c>DB_TYPE</c> names.</summary>
/// <param name="Section">The section's name.</param>
/// <param name="Host"><c>mysql.host</c>, <c>postgres.host</c>: RAGFlow's own setting; see <c>accounts.sql.host</c>.</param>
/// <param name="Port"><c>mysql.port</c>, <c>postgres.port</c>: RAGFlow's own setting; see <c>accounts.sql.port</c>.</param>
/// <param name="Name"><c>mysql.name</c>, <c>postgres.name</c>: RAGFlow's own setting; see <c>accounts.sql.database</c>.</param>
/// <param name="User"><c>mysql.user</c>, <c>postgres.user</c>: RAGFlow's own setting; see <c>accounts.sql.username</c>.</param>
/// <param name="Password"><c>mysql.password</c>, <c>postgres.password</c>: RAGFlow's own setting; see <c>accounts.sql.password</c>.</param>
/// <param name="IsEncrypted">Whether the password is of use to RAGFlow alone.</param>
internal sealed record RagflowDatabase(string Section, string Host, int Port, string Name, string User, string Password, bool IsEncrypted)
{
    private const string MySql = "mysql";
    private const string Postgres = "postgres";

    /// <param name="root">All settings.</param>
    /// <param name="sql">Where the provider is written.</param>
    /// <param name="provider">As written; found out where it is not.</param>
    public static RagflowDatabase Read(SettingsSection root, SettingsSection sql, ref SqlProvider? provider)
    {
        if (provider is null && root.Has(MySql) && root.Has(Postgres))
        {
            sql.Reject("provider", "is not set, and the app's file has both a `mysql:` and a `postgres:` section", "write the one that RAGFlow's DB_TYPE names: mysql, its default, or postgres");
        }

        provider ??= root.Has(Postgres) && !root.Has(MySql) ? SqlProvider.Postgres : SqlProvider.MySql;
        var name = provider == SqlProvider.Postgres ? Postgres : MySql;
        var section = root.Section(name);
        section.IsTheApps();
        return new(
            name,
            section.Text("host").Trim(),
            section.Int("port", provider == SqlProvider.Postgres ? 5432 : 3306, 1, 65535),
            section.Text("name"),
            section.Text("user"),
            section.Text("password", secret: true),
            root.IsEncrypted(name));
    }
}
