namespace Sidecar.Accounts;

/// <summary>Does an address belong to an account? Asked by the worker, so that no answer to a client depends on it.</summary>
internal interface IAccountLookup
{
    /// <summary>The look-up that the settings ask for; null where every address is taken for an account.</summary>
    /// <param name="options">How accounts are looked up.</param>
    /// <param name="client">Sends what is asked.</param>
    static IAccountLookup? Of(AccountsOptions options, HttpMessageInvoker client) => options.Kind switch
    {
        AccountsKind.Probe => new AppProbe(options, client),
        AccountsKind.Http => new HttpLookup(options, client),
        AccountsKind.Sql => new SqlLookup(options.Sql, options.Timeout),
        _ => null,
    };

    /// <exception cref="AccountsUnavailableException">Nobody could say within <c>accounts.timeout</c>.</exception>
    ValueTask<bool> ExistsAsync(EmailAddress address, CancellationToken cancellationToken);

    /// <summary>The account, with what is known of it; null where there is none. Here for look-ups that tell existence only.</summary>
    /// <exception cref="AccountsUnavailableException">Nobody could say within <c>accounts.timeout</c>.</exception>
    async ValueTask<Account?> FindAsync(EmailAddress address, CancellationToken cancellationToken) =>
        await ExistsAsync(address, cancellationToken) ? new Account(address.Typed) : null;

    /// <summary>How the last look-up went, for <c>/readyz</c>; empty when it went well.</summary>
    string Trouble { get; }
}

/// <summary>The look-up failed; its text never names an address.</summary>
internal sealed class AccountsUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What its operator can do; empty where that is not known.</summary>
    public string Hint { get; init; } = "";
}
