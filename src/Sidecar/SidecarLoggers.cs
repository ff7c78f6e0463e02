using Microsoft.Extensions.DependencyInjection;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Pages;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Upstream;

namespace Sidecar;

/// <summary>The log of each part that writes one.</summary>
internal static class SidecarLoggers
{
    /// <summary>
    /// What the container does for <c>ILogger&lt;T&gt;</c> by itself, but with types that are known when this is compiled: to make one up
    /// takes a third of a millisecond of every start.
    /// </summary>
    public static IServiceCollection AddLoggers(this IServiceCollection services) => services
        .AddLogger<SettingsWatch>()
        .AddLogger<CertificateWatch>()
        .AddLogger<RedisConnection>()
        .AddLogger<AppForwarder>()
        .AddLogger<DocumentReport>()
        .AddLogger<ContractWatch>()
        .AddLogger<FlowEndpoint>()
        .AddLogger<ProxyWarning>()
        .AddLogger<ResetHandover>()
        .AddLogger<StepTelemetry>()
        .AddLogger<TicketCarrier>()
        .AddLogger<PageEndpoint>()
        .AddLogger<MailAudit>()
        .AddLogger<OwnerNotice>()
        .AddLogger<Outbox>()
        .AddLogger<RedisMailQueue>()
        .AddLogger<RelayHealth>()
        .AddLogger<Relays>()
        .AddLogger<SmtpRelay>();
}
