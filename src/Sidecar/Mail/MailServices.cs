using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>Puts the room together: one relay, its health, and the queue before it.</summary>
internal static class MailServices
{
    /// <summary>
    /// Adds <see cref="IOutbox"/> and <see cref="RelayHealth"/>; resolvers are added by those who know what mails are for, and
    /// <see cref="SendBudget"/> by those who count, and an <see cref="IMailQueue"/> that outlives the process by those who have one.
    /// </summary>
    public static IServiceCollection AddMail(this IServiceCollection services, SmtpOptions smtp, MailOptions mail, MailTemplates templates)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SmtpRelay(smtp, mail, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RelayHealth(
            smtp.IsConfigured,
            provider.GetRequiredService<SmtpRelay>().ProbeAsync,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RelayHealth>>()));
        services.AddSingleton(provider => new Outbox(
            mail,
            smtp.Warnings,
            templates,
            provider.GetServices<IOutboxResolver>(),
            provider.GetRequiredService<SmtpRelay>().SendAsync,
            provider.GetRequiredService<RelayHealth>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Outbox>>(),
            provider.GetService<SendBudget>(),
            provider.GetService<IMailQueue>()));
        services.AddSingleton<IOutbox>(static provider => provider.GetRequiredService<Outbox>());
        services.AddHostedService(static provider => provider.GetRequiredService<RelayHealth>());
        // Last, so that it is stopped first: the queue drains while the relay is still watched.
        services.AddHostedService(static provider => provider.GetRequiredService<Outbox>());
        return services;
    }
}
