using System.Globalization;
using Sidecar.Hosting;

namespace Sidecar.Accounts;

internal enum SqlProvider
{
    /// <summary>MySQL, MariaDB, OceanBase.</summary>
    MySql,

    /// <summary>PostgreSQL.</summary>
    Postgres,
}

/// <summary>The database with the app's users: what is not said here is as in RAGFlow's own section.</summary>
internal sealed record SqlOptions
{
    public const string Section = "sql";

    /// <summary>Few: a look-up is short, answers are kept, and the app needs its connections itself.</summary>
    public const int MostConnections = 4;

    /// <summary><c>accounts.sql.provider</c>: <c>mysql</c> (MariaDB and OceanBase too) or <c>postgres</c>; <c>auto</c> takes RAGFlow's section that is there, <c>mysql</c> or <c>postgres</c>. Default <c>auto</c>.</summary>
    public SqlProvider Provider { get; init; }

    /// <summary><c>accounts.sql.host</c>: name or address. Default: as in RAGFlow's section.</summary>
    public string Host { get; init; } = "";

    /// <summary><c>accounts.sql.port</c>: its port. 0 takes RAGFlow's, else 3306 or 5432. 0 to 65535; default 0.</summary>
    public int Port { get; init; }

    /// <summary><c>accounts.sql.database</c>: the database of RAGFlow. Default: as in RAGFlow's section.</summary>
    public string Database { get; init; } = "";

    /// <summary><c>accounts.sql.username</c>: a user who may read [four columns](accounts.md) and nothing else. Default: RAGFlow's own user, with its password.</summary>
    public string Username { get; init; } = "";

    /// <summary><c>accounts.sql.password</c>: of that user. Default: empty.</summary>
    public string Password { get; init; } = "";

    /// <summary><c>accounts.sql.tls</c>: TLS 1.2 or newer, certificate and name verified. Default false: in clear.</summary>
    public bool Tls { get; init; }

    /// <summary><c>accounts.sql.ca</c>: PEM file of the authorities to trust instead of the machine's. Default: the machine's.</summary>
    public string AuthorityFile { get; init; } = "";

    /// <summary>As logs and health checks name it; holds no login.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{(Provider == SqlProvider.Postgres ? "postgres" : "mysql")} {Host}:{Port}/{Database}");

    /// <summary>A driver's own limit, in whole seconds; ours ends a question before.</summary>
    public static uint Seconds(TimeSpan timeout) => (uint)Math.Ceiling(timeout.TotalSeconds) + 1;

    /// <param name="root">All settings: RAGFlow's sections are at their top.</param>
    /// <param name="accounts">The section <c>accounts</c>.</param>
    /// <param name="isUsed">Whether anything is asked of it.</param>
    public static SqlOptions Read(SettingsSection root, SettingsSection accounts, bool isUsed)
    {
        var section = accounts.Section(Section);
        var written = section.Choice("provider", (SqlProvider?)null, ("auto", null), ("mysql", SqlProvider.MySql), ("postgres", SqlProvider.Postgres));
        var options = new SqlOptions
        {
            Host = section.Text("host").Trim(),
            Port = section.Int("port", 0, 0, 65535),
            Database = section.Text("database"),
            Username = section.Text("username"),
            Password = section.Secret("password"),
            Tls = section.Bool("tls", false),
            AuthorityFile = PemFile.Read(section, "ca", PemFile.HoldsCertificates, "is not a readable PEM file with certificates", "name the file of the authority that signed the database's certificate"),
        };
        return isUsed ? options.Over(RagflowDatabase.Read(root, section, ref written), section) with { Provider = written ?? SqlProvider.MySql } : options;
    }

    /// <summary>Keeps the password out of whatever prints options.</summary>
    public override string ToString() => Place;

    private SqlOptions Over(RagflowDatabase app, SettingsSection section)
    {
        var ours = Username.Length > 0;
        var all = this with
        {
            Host = Host.Length > 0 ? Host : app.Host,
            Port = Port > 0 ? Port : app.Port,
            Database = Database.Length > 0 ? Database : app.Name,
            Username = ours ? Username : app.User,
            Password = ours ? Password : app.Password,
        };
        if (!ours && app.IsEncrypted)
        {
            section.Reject("username", $"is missing, and `encrypt_password` in the app's file says that `{app.Section}.password` is encrypted, which only the app can undo", $"make a user who may only read (docs/accounts.md), and write it into accounts.sql.username and .password_file");
        }

        foreach (var (key, value) in new[] { ("host", all.Host), ("database", all.Database), ("username", all.Username) })
        {
            if (value.Length == 0)
            {
                section.Reject(key, "is missing, here and in the app's file", "write it here, or mount the app's service_conf.yaml beside sidecar.yaml");
            }
        }

        if (!Tls && AuthorityFile.Length > 0)
        {
            section.Mind("ca", "is not used, because `tls` is off", "set accounts.sql.tls: true");
        }

        return all;
    }
}
