using System.Data.Common;

namespace Sidecar.Accounts;

/// <summary>
/// Reads the app's own table of users. The database finds candidates by its collation, which takes <c>é</c> for <c>e</c>; whose
/// account it is decides equality with the stored address here. Whoever is not the only candidate has no account: the app, which
/// searches by the same collation, might set the other one's password.
/// </summary>
internal sealed class SqlLookup(SqlOptions options, TimeSpan patience) : IAccountLookup, IDisposable
{
    private readonly ISqlDatabase _database = ISqlDatabase.Of(options);
    private readonly Lock _opening = new();
    private DbDataSource? _source;
    private volatile string _trouble = "";

    public string Trouble => _trouble;

    public async ValueTask<bool> ExistsAsync(EmailAddress address, CancellationToken cancellationToken) => await FindAsync(address, cancellationToken) is not null;

    public async ValueTask<Account?> FindAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(patience);
        try
        {
            var account = await SearchAsync(address, timeout.Token);
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
            throw Unavailable(_database.Explain(error));
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException or TimeoutException or InvalidOperationException or InvalidCastException)
        {
            throw Unavailable(new($"{options.Place} cannot be asked ({error.GetType().Name})", "check accounts.sql and that RAGFlow's table `user` is there"));
        }
    }

    public void Dispose() => _source?.Dispose();

    /// <summary>The one row that is meant, if there is exactly one and it may be mailed.</summary>
    internal static Account? Choose(IReadOnlyList<SqlUser> candidates, EmailAddress address, string? other)
    {
        if (candidates is not [{ IsUsable: true, Email: { } stored } user] || stored.Length != stored.AsSpan().Trim().Length || !EmailAddress.TryParse(stored, out var its))
        {
            return null;
        }

        return its.Normalised == address.Normalised || its.Normalised == other ? new Account(stored) { LoginChannel = user.OtherChannel } : null;
    }

    private async Task<Account?> SearchAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var other = InternationalDomain.OtherSpelling(address.Normalised);
        try
        {
            return Choose(await CandidatesAsync(address.Typed, other, cancellationToken), address, other);
        }
        catch (DbException error) when (_database.Explain(error).MayBeStale && !cancellationToken.IsCancellationRequested)
        {
            // A pool remembers connections to a server that has been restarted since.
            return Choose(await CandidatesAsync(address.Typed, other, cancellationToken), address, other);
        }
    }

    private async Task<IReadOnlyList<SqlUser>> CandidatesAsync(string typed, string? other, CancellationToken cancellationToken)
    {
        await using var connection = await Source().OpenConnectionAsync(cancellationToken);
        await using var command = _database.Search(connection, typed, other ?? typed);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<SqlUser>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new(Text(reader, 0), Text(reader, 1), Text(reader, 2), Text(reader, 3)));
        }

        return found;
    }

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private DbDataSource Source()
    {
        lock (_opening)
        {
            return _source ??= _database.Open(patience);
        }
    }

    private AccountsUnavailableException Unavailable(SqlTrouble trouble)
    {
        _trouble = trouble.Problem;
        // Without its cause: what a driver says may quote what it was asked.
        return new AccountsUnavailableException(trouble.Problem) { Hint = trouble.Hint };
    }
}
