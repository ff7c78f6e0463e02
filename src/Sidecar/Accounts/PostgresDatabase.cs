using System.Data.Common;
using Npgsql;

namespace Sidecar.Accounts;

/// <summary>PostgreSQL. Its slim driver: no types but the plain ones, which is all that text needs.</summary>
internal sealed class PostgresDatabase(SqlOptions options) : ISqlDatabase
{
    // In the collation "C", lower() is for ASCII letters alone, as ours is. RAGFlow itself compares bytes here.
    private const string Query = """
        SELECT email, status, is_active, login_channel FROM "user"
        WHERE lower(email COLLATE "C") IN (lower($1 COLLATE "C"), lower($2 COLLATE "C")) LIMIT 3
        """;

    private readonly SqlTroubles _troubles = new(options);

    /// <summary>All that is needed, in the words that give it; the first is everybody's unless it was taken away.</summary>
    private string Grant => $"GRANT CONNECT ON DATABASE {Quoted(options.Database)} TO {Quoted(options.Username)}; and in it: GRANT SELECT ({SqlTroubles.Columns}) ON \"user\" TO {Quoted(options.Username)}";

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public DbDataSource Open(TimeSpan timeout)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = options.Database,
            Username = options.Username,
            Password = options.Password,
            ApplicationName = "sidecar",
            MaxPoolSize = SqlOptions.MostConnections,
            Timeout = (int)SqlOptions.Seconds(timeout),
            CommandTimeout = (int)SqlOptions.Seconds(timeout),
            // Waiting for a server that hangs to hear of it would take longer than the question may.
            CancellationTimeout = -1,
            SslMode = options.Tls ? SslMode.VerifyFull : SslMode.Disable,
            RootCertificate = options.AuthorityFile.Length > 0 ? options.AuthorityFile : null,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString);
        return (options.Tls ? builder.EnableTransportSecurity() : builder).Build();
    }

    public DbCommand Search(DbConnection connection, string spelling, string other) => new NpgsqlCommand(Query, (NpgsqlConnection)connection)
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = spelling }, new NpgsqlParameter<string> { TypedValue = other } },
    };

    public SqlTrouble Explain(DbException error) => (error as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => _troubles.Login,
        PostgresErrorCodes.InvalidCatalogName => _troubles.NoDatabase(Grant),
        PostgresErrorCodes.UndefinedTable => _troubles.NoTable,
        PostgresErrorCodes.UndefinedColumn => _troubles.NoColumn,
        PostgresErrorCodes.InsufficientPrivilege => _troubles.NoRight(Grant),
        PostgresErrorCodes.TooManyConnections => _troubles.Full,
        null => _troubles.OfConnection(error),
        _ => _troubles.Other,
    };
}
