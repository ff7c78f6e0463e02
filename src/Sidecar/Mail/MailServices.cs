using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>Puts the room together: the relays, their health, and the queue before them.</summary>
internal static class MailServices
{
    /// <summary>
    /// Adds <see cref="IOutbox"/> and <see cref="RelayHealth"/>; resolvers are added by those who know what mails are for, and
    /// <see cref="SendBudget"/> by those who count, and an <see cref="IMailQueue"/> that outlives the process by those who have one.
    /// </summary>
    public static IServiceCollection AddMail(this IServiceCollection services, SmtpOptions smtp, MailOptions mail, MailTemplates templates)
    {
        services.TryAddSingleton(TimeProvider.System);
        foreach (var relay in (IEnumerable<SmtpOptions>)[smtp, .. mail.Relays])
        {
            services.AddSingleton(provider => Route(provider, relay, mail));
        }

        services.AddSingleton(static provider => new RelayHealth(
            [.. provider.GetServices<RelayRoute>().Select(static route => route.Breaker)], provider.GetRequiredService<ILogger<RelayHealth>>()));
        services.AddSingleton(static provider => new Relays(
            [.. provider.GetServices<RelayRoute>()], provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Relays>>()));
        services.AddSingleton(provider => new Outbox(
            mail,
            [.. smtp.Warnings, .. mail.Relays.SelectMany(static relay => relay.Warnings)],
            templates,
            provider.GetServices<IOutboxResolver>(),
            provider.GetRequiredService<Relays>().SendAsync,
            provider.GetRequiredService<RelayHealth>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Outbox>>(),
            provider.GetService<SendBudget>(),
            provider.GetService<IMailQueue>()));
        services.AddSingleton<IOutbox>(static provider => provider.GetRequiredService<Outbox>());
        services.AddHostedService(static provider => provider.GetRequiredService<Relays>());
        services.AddHostedService(static provider => provider.GetRequiredService<RelayHealth>());
        // Last, so that it is stopped first: the queue drains while the relay is still watched.
        services.AddHostedService(static provider => provider.GetRequiredService<Outbox>());
        return services;
    }

    private static RelayRoute Route(IServiceProvider provider, SmtpOptions smtp, MailOptions mail)
    {
        var (time, logger) = (provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RelayHealth>>());
        var relay = new SmtpRelay(smtp, mail, time, provider.GetRequiredService<ILogger<SmtpRelay>>());
        return new(relay, new RelayBreaker(smtp.Name, smtp.IsConfigured, relay.ProbeAsync, time, logger));
    }
}
