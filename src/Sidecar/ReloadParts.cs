using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Sidecar.Accounts;
using Sidecar.Assertions;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Proof;
using Sidecar.Throttling;
using Sidecar.Upstream;

namespace Sidecar;

/// <summary>A part of the process that takes new settings while it runs.</summary>
/// <param name="Keys">Its settings: keys, and the beginnings of keys.</param>
/// <param name="Take">Takes them from a reading without a fault. False, and nothing is changed, where that takes a restart. Never throws.</param>
internal sealed record ReloadPart(IReadOnlyList<string> Keys, Func<SidecarOptions, bool> Take)
{
    /// <summary>Why a change does not work, which only trying tells; empty where it does. Asked before any part takes anything of it. Never throws.</summary>
    public Func<SidecarOptions, string> Try { get; init; } = static _ => "";

    public bool Owns(string key) =>
        Keys.Any(own => key.StartsWith(own, StringComparison.Ordinal) && (key.Length == own.Length || key[own.Length] is '.' or '['));
}

/// <summary>Which parts take new settings while they run. Every other setting takes effect after a restart.</summary>
internal static class ReloadParts
{
    /// <summary>Within which new credentials for Redis must have worked.</summary>
    private static readonly TimeSpan RedisBound = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<ReloadPart> Of(IServiceProvider provider, SidecarOptions options) =>
    [
        new(["limits"], next => TakeLimits(provider, next.Limits)),
        new(
            ["smtp", "mail.relays", "mail.oauth2", "mail.ca", "mail.connect_timeout", "mail.command_timeout", "mail.ehlo_name", "mail.min_tls", "mail.pool"],
            next => provider.GetService<Relays>()?.Retune([next.Smtp, .. next.Mail.Relays], next.Mail) ?? false),
        // The sender's name is what mails call the app, unless they are told otherwise.
        new(
            ["mail.templates", "mail.app_name", "mail.language", "smtp.mail_default_sender", "smtp.mail_from_name", "smtp.mail_from_address", "smtp.mail_username", "smtp.mail_frontend_url", "mail.relays"],
            next => TakeTemplates(options, next)),
        new(["redis", "handoff.redis"], next => TakeRedis(provider, options, next)) { Try = next => TryRedis(provider, next) },
        new(["accounts.sql", "mysql", "postgres"], next => Sql(provider)?.Exchange(next.Accounts.Sql) ?? false) { Try = next => TrySql(provider, next.Accounts.Sql) },
        // Read anew for each connection to the app.
        new([.. options.Listeners.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"listeners[{i}].upstream_tls.ca"))], next => options.Listeners.Select(static one => one.UpstreamTls?.AuthorityFile).SequenceEqual(next.Listeners.Select(static one => one.UpstreamTls?.AuthorityFile))),
        new(["keys"], next => options.Keys.Exchange(next.Keys)),
        new(["assertion.keys"], next => provider.GetService<AssertionSigner>()?.Exchange(next.Assertion.Keys) ?? false),
        new(["pages.password.public_key"], next => options.HostedPages.Password.Encoding is { } encoding && next.HostedPages.Password.Encoding is { } other && encoding.Exchange(other)),
    ];

    private static bool TakeLimits(IServiceProvider provider, LimitCatalog limits)
    {
        var limiters = provider.GetRequiredService<AxisLimiters>();
        var requests = provider.GetRequiredService<RequestLimits>();
        limiters.Retune(requests.Client, limits.Client);
        limiters.Retune(requests.Captcha, limits.Captcha);
        provider.GetRequiredService<ForwardedLimits>().Retune(limits.Forwarded);
        if (provider.GetService<ProofLimits>() is { } proof)
        {
            proof.Retune(limits);
            limiters.Retune(provider.GetRequiredKeyedService<AxisLimiter>(limits.Domain.Name), limits.Domain);
            limiters.Retune(provider.GetRequiredKeyedService<AxisLimiter>(limits.MailGlobal.Name), limits.MailGlobal);
        }

        return true;
    }

    /// <summary>Which Redis holds the state, and which the app reads, is settled at the start.</summary>
    private static bool TakeRedis(IServiceProvider provider, SidecarOptions options, SidecarOptions next) =>
        next.UsesRedis == options.UsesRedis
        && next.Handoff.IsConfigured == options.Handoff.IsConfigured
        && ReferenceEquals(next.Handoff, next.Redis) == ReferenceEquals(options.Handoff, options.Redis)
        && Renew(provider.GetService<RedisConnection>(), next.Redis)
        && Renew(provider.GetKeyedService<RedisConnection>(typeof(RedisHandoff)), next.Handoff);

    /// <summary>A password that Redis does not take, or not yet, must not pass for one in force.</summary>
    private static string TryRedis(IServiceProvider provider, SidecarOptions next) =>
        Trouble(provider.GetService<RedisConnection>(), next.Redis) is { Length: > 0 } trouble ? $"redis: {trouble}"
        : Trouble(provider.GetKeyedService<RedisConnection>(typeof(RedisHandoff)), next.Handoff) is { Length: > 0 } other ? $"handoff.redis: {other}"
        : "";

    private static string Trouble(RedisConnection? connection, RedisOptions redis) =>
        connection is null || connection.Options == redis || connection.Options.Place != redis.Place ? "" : connection.TryAsync(redis, RedisBound).GetAwaiter().GetResult();

    /// <summary>A connection reads its authorities anew whenever it is made; another login is tried before it is taken.</summary>
    private static bool Renew(RedisConnection? connection, RedisOptions redis) =>
        connection is null || connection.Options == redis || connection.ReconfigureAsync(redis, RedisBound).GetAwaiter().GetResult().Length == 0;

    /// <summary>A password that the database does not take, or not yet, must not pass for one in force.</summary>
    private static string TrySql(IServiceProvider provider, SqlOptions next) =>
        Sql(provider) is { } sql && sql.Options.Place == next.Place && sql.TryAsync(next).GetAwaiter().GetResult() is { Length: > 0 } trouble ? $"accounts.sql: {trouble}" : "";

    private static SqlLookup? Sql(IServiceProvider provider) => (provider.GetService<IAccountLookup>() as CachedLookup)?.Inner as SqlLookup;

    private static bool TakeTemplates(SidecarOptions options, SidecarOptions next)
    {
        options.Templates.TakeOver(next.Templates);
        return true;
    }
}
