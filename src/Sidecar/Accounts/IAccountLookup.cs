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
        _ => null,
    };

    /// <exception cref="AccountsUnavailableException">Nobody could say within <c>accounts.timeout</c>.</exception>
    ValueTask<bool> ExistsAsync(EmailAddress address, CancellationToken cancellationToken);

    /// <summary>How the last look-up went, for <c>/readyz</c>; empty when it went well.</summary>
    string Trouble { get; }
}

/// <summary>The look-up failed; its text never names an address.</summary>
internal sealed class AccountsUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
