using System.Data.Common;

namespace Sidecar.Accounts;

/// <summary>What differs between one database and another: how to connect, how to find candidates, what its refusals mean.</summary>
internal interface ISqlDatabase
{
    static ISqlDatabase Of(SqlOptions options) => options.Provider == SqlProvider.Postgres ? new PostgresDatabase(options) : new MySqlDatabase(options);

    /// <summary>A pool of connections; none is made before it is asked for one.</summary>
    DbDataSource Open(TimeSpan timeout);

    /// <summary>
    /// Finds every row that might be meant by two spellings of an address: those that differ in the case of ASCII letters, and those
    /// that the app's own search would take for it. Columns: address, status, is_active, login_channel.
    /// </summary>
    DbCommand Search(DbConnection connection, string spelling, string other);

    /// <summary>What an error of the database means.</summary>
    SqlTrouble Explain(DbException error);
}

/// <summary>Why the database could not be asked, without an address or a secret.</summary>
/// <param name="Problem">What it said, in our words.</param>
/// <param name="Hint">What to change.</param>
internal sealed record SqlTrouble(string Problem, string Hint)
{
    /// <summary>Whether a fresh connection may do where one from the pool did not.</summary>
    public bool MayBeStale { get; init; }
}
