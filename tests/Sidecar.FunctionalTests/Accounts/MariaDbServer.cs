using System.Data.Common;
using System.Globalization;
using MySqlConnector;
using Sidecar.Accounts;

namespace Sidecar.FunctionalTests.Accounts;

/// <summary>Debian's MariaDB, set up as RAGFlow's Compose file sets MySQL up.</summary>
public sealed class MariaDbServer : DatabaseServer
{
    private const string Server = "/usr/sbin/mariadbd";

    internal override SqlProvider Provider => SqlProvider.MySql;

    protected override string? Missing => File.Exists(Server) ? null : "mariadb-server";

    protected override string EndSignal => "KILL";

    protected override string Command => string.Create(
        CultureInfo.InvariantCulture,
        $"{Server} --no-defaults --datadir='{Data}' --socket='{Socket}' --port={Port} --bind-address=127.0.0.1,127.0.0.2 --skip-name-resolve --pid-file='{Home}/pid' {User} --character-set-server=utf8mb4 --collation-server=utf8mb4_unicode_ci --innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size=16M --ssl-cert='{CertificateFile}' --ssl-key='{KeyFile}'");

    private static string User => Environment.IsPrivilegedProcess ? "--user=root" : "";

    private string Socket => Path.Combine(Home, "socket");

    public override async Task DisconnectAsync(string user)
    {
        await AdminAsync($"KILL USER '{user}'", "");
    }

    public override Task SetPasswordAsync(string user, string password) => AdminAsync($"ALTER USER '{user}'@'%' IDENTIFIED BY '{password}'", "");

    protected override Task InstallAsync() => RunAsync($"mariadb-install-db --no-defaults --datadir='{Data}' {User} --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve");

    protected override async Task CreateAsync()
    {
        await AdminAsync($"CREATE DATABASE {Database}", "");
        await AdminAsync($"CREATE USER '{Reader}'@'%' IDENTIFIED BY '{Password}'", "");
        await TableAsync(Database, "utf8mb4_unicode_ci");
    }

    protected override DbConnection Administrator(string database) => new MySqlConnection(new MySqlConnectionStringBuilder
    {
        Server = Socket,
        ConnectionProtocol = MySqlConnectionProtocol.UnixSocket,
        UserID = "root",
        Database = database,
        Pooling = false,
        ConnectionTimeout = 60,
    }.ConnectionString);

    internal override string Quoted(string name) => $"`{name}`";

    protected override async Task TableAsync(string database, string collation)
    {
        await AdminAsync(
            $"CREATE TABLE user (id varchar(32) PRIMARY KEY, access_token varchar(255), nickname varchar(100) NOT NULL, password varchar(255), email varchar(255) NOT NULL, status varchar(1), is_active varchar(1) NOT NULL, login_channel varchar(255), KEY user_email (email)) CHARACTER SET utf8mb4 COLLATE {collation}",
            database);
        await AdminAsync($"GRANT SELECT (email, status, is_active, login_channel) ON `{database}`.`user` TO '{Reader}'@'%'", "");
    }
}
