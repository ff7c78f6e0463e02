using System.Data.Common;

namespace Sidecar.Accounts;

/// <summary>
/// Reads the app's own table of users. The database finds candidates by its collation, which takes <c>é</c> for <c>e</c>; whose
/// account it is decides equality with the stored address here. Whoever is not the only candidate has no account: the app, which
/// searches by the same collation, might set the other one's password.
/// </summary>
internal sealed class SqlLookup(SqlOptions options, TimeSpan patience) : IAccountLookup, IDisposable
{
    /// <summary>Whom a login is tried with: the domain cannot exist (RFC 2606).</summary>
    private const string Nobody = "sidecar-reload@sidecar.invalid";

    private volatile SqlPool _pool = new(options, patience);
    private volatile string _trouble = "";

    /// <summary>What is in force.</summary>
    public SqlOptions Options => _pool.Options;

    public string Trouble => _trouble;

    public async ValueTask<bool> ExistsAsync(EmailAddress address, CancellationToken cancellationToken) => await FindAsync(address, cancellationToken) is not null;

    public async ValueTask<Account?> FindAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(patience);
        var pool = Enter(out var source);
        try
        {
            var account = await SearchAsync(pool.Database, source, address, timeout.Token);
            _trouble = "";
            return account;
        }
        catch (Exception error) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested && (error is OperationCanceledException or DbException or IOException))
        {
            throw Unavailable(new($"{options.Place} did not answer within {patience.TotalSeconds} s", "check that the database runs and no firewall is between, or raise accounts.timeout"));
        }
        catch (DbException error)
        {
            // Drivers also end so when the caller leaves, which is nobody's trouble.
            cancellationToken.ThrowIfCancellationRequested();
            throw Unavailable(pool.Database.Explain(error));
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException or TimeoutException or InvalidOperationException or InvalidCastException)
        {
            throw Unavailable(new($"{options.Place} cannot be asked ({error.GetType().Name})", "check accounts.sql and that RAGFlow's table `user` is there"));
        }
        finally
        {
            pool.Leave();
        }
    }

    /// <summary>Why these settings do not work; empty where they do.</summary>
    public async Task<string> TryAsync(SqlOptions next)
    {
        using var trial = new SqlLookup(next, patience);
        try
        {
            await trial.ExistsAsync(EmailAddress.TryParse(Nobody, out var nobody) ? nobody : throw new InvalidOperationException("The made-up address is none."), CancellationToken.None);
            return "";
        }
        catch (AccountsUnavailableException error)
        {
            return $"{error.Message}; {error.Hint}";
        }
    }

    /// <summary>Asks by another login from now on. False, and nothing is changed, where that is another database.</summary>
    public bool Exchange(SqlOptions next)
    {
        if (next.Place != Options.Place)
        {
            return false;
        }

        // Also where the settings read the same: the file of the authorities may hold others.
        Interlocked.Exchange(ref _pool, new(next, patience)).Dispose();
        _trouble = "";
        return true;
    }

    public void Dispose() => _pool.Dispose();

    /// <summary>The one row that is meant, if there is exactly one and it may be mailed.</summary>
    internal static Account? Choose(IReadOnlyList<SqlUser> candidates, EmailAddress address, string? other)
    {
        if (candidates is not [{ IsUsable: true, Email: { } stored } user] || stored.Length != stored.AsSpan().Trim().Length || !EmailAddress.TryParse(stored, out var its))
        {
            return null;
        }

        return its.Normalised == address.Normalised || its.Normalised == other ? new Account(stored) { LoginChannel = user.OtherChannel } : null;
    }

    private static async Task<Account?> SearchAsync(ISqlDatabase database, DbDataSource source, EmailAddress address, CancellationToken cancellationToken)
    {
        var other = InternationalDomain.OtherSpelling(address.Normalised);
        try
        {
            return Choose(await CandidatesAsync(database, source, address.Typed, other, cancellationToken), address, other);
        }
        catch (DbException error) when (database.Explain(error).MayBeStale && !cancellationToken.IsCancellationRequested)
        {
            // A pool remembers connections to a server that has been restarted since.
            return Choose(await CandidatesAsync(database, source, address.Typed, other, cancellationToken), address, other);
        }
    }

    private static async Task<IReadOnlyList<SqlUser>> CandidatesAsync(ISqlDatabase database, DbDataSource source, string typed, string? other, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = database.Search(connection, typed, other ?? typed);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<SqlUser>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new(Text(reader, 0), Text(reader, 1), Text(reader, 2), Text(reader, 3)));
        }

        return found;
    }

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>The pool in force, entered.</summary>
    private SqlPool Enter(out DbDataSource source)
    {
        while (true)
        {
            var pool = _pool;
            if (pool.Enter() is { } entered)
            {
                source = entered;
                return pool;
            }

            // Another one has taken its place, unless this was the last.
            ObjectDisposedException.ThrowIf(pool == _pool, this);
        }
    }

    private AccountsUnavailableException Unavailable(SqlTrouble trouble)
    {
        _trouble = trouble.Problem;
        // Without its cause: what a driver says may quote what it was asked.
        return new AccountsUnavailableException(trouble.Problem) { Hint = trouble.Hint };
    }
}
