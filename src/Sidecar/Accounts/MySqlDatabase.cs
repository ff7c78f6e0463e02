using System.Data.Common;
using MySqlConnector;

namespace Sidecar.Accounts;

/// <summary>MySQL, MariaDB, and what speaks their protocol, such as OceanBase.</summary>
internal sealed class MySqlDatabase(SqlOptions options) : ISqlDatabase
{
    // The second line is for collations that tell cases apart; the first for what the app's own search finds besides, by the column's
    // collation. NUL and the like never get here: they are in no address.
    private const string Query = """
        SELECT email, status, is_active, login_channel FROM `user`
        WHERE email IN (@a, @b) OR LOWER(email) IN (LOWER(@a), LOWER(@b)) LIMIT 3
        """;

    private readonly SqlTroubles _troubles = new(options);

    /// <summary>All that is needed, in the words that give it.</summary>
    private string Grant => $"GRANT SELECT ({SqlTroubles.Columns}) ON `{options.Database.Replace("`", "``", StringComparison.Ordinal)}`.`user` TO '{options.Username.Replace("'", "''", StringComparison.Ordinal)}'@'%'";

    public DbDataSource Open(TimeSpan timeout) => new MySqlDataSource(new MySqlConnectionStringBuilder
    {
        Server = options.Host,
        Port = (uint)options.Port,
        Database = options.Database,
        UserID = options.Username,
        Password = options.Password,
        ApplicationName = "sidecar",
        CharacterSet = "utf8mb4",
        MaximumPoolSize = SqlOptions.MostConnections,
        ConnectionTimeout = SqlOptions.Seconds(timeout),
        DefaultCommandTimeout = SqlOptions.Seconds(timeout),
        // Waiting for a server that hangs to hear of it would take longer than the question may.
        CancellationTimeout = -1,
        // Never "preferred", which is in clear as soon as somebody between says so.
        SslMode = options.Tls ? MySqlSslMode.VerifyFull : MySqlSslMode.Disabled,
        SslCa = options.AuthorityFile,
        // MySQL 8's own way to log in, where nothing is encrypted anyway.
        AllowPublicKeyRetrieval = !options.Tls,
    }.ConnectionString);

    public DbCommand Search(DbConnection connection, string spelling, string other)
    {
        var command = new MySqlCommand(Query, (MySqlConnection)connection);
        command.Parameters.AddWithValue("@a", spelling);
        command.Parameters.AddWithValue("@b", other);
        return command;
    }

    public SqlTrouble Explain(DbException error) => (error as MySqlException)?.ErrorCode switch
    {
        MySqlErrorCode.AccessDenied => _troubles.Login,
        MySqlErrorCode.UnknownDatabase or MySqlErrorCode.DatabaseAccessDenied => _troubles.NoDatabase(Grant),
        MySqlErrorCode.NoSuchTable => _troubles.NoTable,
        MySqlErrorCode.BadFieldError => _troubles.NoColumn,
        MySqlErrorCode.TableAccessDenied or MySqlErrorCode.ColumnAccessDenied => _troubles.NoRight(Grant),
        MySqlErrorCode.TooManyUserConnections or MySqlErrorCode.ConnectionCountError => _troubles.Full,
        null or MySqlErrorCode.None or MySqlErrorCode.UnableToConnectToHost => _troubles.OfConnection(error),
        _ => _troubles.Other,
    };
}
