using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Memory;
using Sidecar.Hosting;

namespace Sidecar.Accounts;

/// <summary>
/// Keeps answers for <c>accounts.cache</c>, so that a resend does not ask the app again, and tells telemetry. Failures are
/// not kept. Kept by the spelling as typed: to some apps another case is another address, and one client's odd spelling must
/// not become everybody's answer.
/// </summary>
internal sealed class CachedLookup(IAccountLookup inner, AccountsOptions options, TimeProvider clock) : IAccountLookup, IDisposable
{
    private const int MostEntries = 10_000;

    private static readonly Counter<long> Lookups = SidecarTelemetry.Meter.CreateCounter<long>("sidecar.accounts.lookups", "{lookup}", "Account look-ups by kind and outcome.");

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MostEntries });

    /// <summary>Who is asked.</summary>
    public IAccountLookup Inner => inner;

    public string Trouble => inner.Trouble;

    public async ValueTask<bool> ExistsAsync(EmailAddress address, CancellationToken cancellationToken) => await FindAsync(address, cancellationToken) is not null;

    public async ValueTask<Account?> FindAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        if (_cache.TryGetValue(address.Typed, out Answer? kept) && kept!.Until > clock.GetUtcNow())
        {
            Count(kept.Account);
            return kept.Account;
        }

        using var span = SidecarTelemetry.Source.StartActivity("account lookup", ActivityKind.Client);
        try
        {
            var account = await inner.FindAsync(address, cancellationToken);
            Count(account);
            if (options.Cache > TimeSpan.Zero)
            {
                _cache.Set(address.Typed, new Answer(account, clock.GetUtcNow() + options.Cache), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = options.Cache });
            }

            return account;
        }
        catch (AccountsUnavailableException error)
        {
            span?.SetStatus(ActivityStatusCode.Error, error.Message);
            Count("unavailable");
            throw;
        }
    }

    public void Dispose()
    {
        _cache.Dispose();
        (inner as IDisposable)?.Dispose();
    }

    private void Count(Account? account) => Count(account is null ? "unknown" : "known");

    private void Count(string outcome) =>
        Lookups.Add(1, new TagList { { "kind", options.KindName }, { "outcome", outcome } });

    private sealed record Answer(Account? Account, DateTimeOffset Until);
}
