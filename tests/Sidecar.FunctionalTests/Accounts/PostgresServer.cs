using System.Data.Common;
using System.Globalization;
using Npgsql;
using Sidecar.Accounts;

namespace Sidecar.FunctionalTests.Accounts;

/// <summary>Debian's PostgreSQL, as a user that is not root, whom it refuses.</summary>
public sealed class PostgresServer : DatabaseServer
{
    private static readonly string? Binaries = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin")).FirstOrDefault(static folder => File.Exists(Path.Combine(folder, "postgres")))
        : null;

    internal override SqlProvider Provider => SqlProvider.Postgres;

    protected override string? Missing => Binaries is null ? "postgresql" : null;

    protected override string EndSignal => "QUIT";

    protected override string Command => string.Create(
        CultureInfo.InvariantCulture,
        $"{As}{Binaries}/postgres -D '{Data}' -p {Port} -k '{Data}' -c listen_addresses=127.0.0.1,127.0.0.2 -c fsync=off -c shared_buffers=16MB -c ssl=on -c ssl_cert_file='{Data}/server.pem' -c ssl_key_file='{Data}/server.key'");

    private static string As => Environment.IsPrivilegedProcess ? "setpriv --reuid=postgres --regid=postgres --clear-groups -- " : "";

    protected override async Task InstallAsync()
    {
        var owner = Environment.IsPrivilegedProcess ? $"chown -R postgres '{Home}' && " : "";
        await RunAsync($"{owner}cd / && {As}{Binaries}/initdb -D '{Data}' -U postgres -E UTF8 --locale=C.UTF-8 --auth=trust --no-sync && cp '{CertificateFile}' '{KeyFile}' '{Data}' && chmod 600 '{Data}/server.key'");
        await File.WriteAllTextAsync(Path.Combine(Data, "pg_hba.conf"), "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.0/8 scram-sha-256\n");
        await RunAsync($"{owner}true");
    }

    protected override async Task CreateAsync()
    {
        await AdminAsync($"CREATE DATABASE {Database}", "");
        await AdminAsync($"CREATE ROLE {Reader} LOGIN PASSWORD '{Password}'");
        await TableAsync(Database, "");
    }

    public override Task DisconnectAsync(string user) => AdminAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{user}'");

    public override Task SetPasswordAsync(string user, string password) => AdminAsync($"ALTER ROLE {user} PASSWORD '{password}'");

    protected override async Task TableAsync(string database, string collation)
    {
        await AdminAsync("""CREATE TABLE "user" (id varchar(32) PRIMARY KEY, access_token varchar(255), nickname varchar(100) NOT NULL, password varchar(255), email varchar(255) NOT NULL, status varchar(1), is_active varchar(1) NOT NULL, login_channel varchar(255))""", database);
        await AdminAsync($"""GRANT SELECT (email, status, is_active, login_channel) ON "user" TO {Reader}""", database);
    }

    protected override DbConnection Administrator(string database) => new NpgsqlConnection(new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = "postgres",
        Database = database.Length > 0 ? database : "postgres",
        Pooling = false,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString);

    internal override string Quoted(string name) => $"\"{name}\"";
}
