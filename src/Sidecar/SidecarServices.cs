using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecar.Accounts;
using Sidecar.Assertions;
using Sidecar.Captcha;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Pages;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Throttling;
using Sidecar.Upstream;
using Sidecar.Verification;

namespace Sidecar;

/// <summary>What the container holds, floor by floor.</summary>
internal static class SidecarServices
{
    /// <summary>Clock, life cycle, client address and the management port, which starts first and so stops last.</summary>
    public static IServiceCollection AddGround(this IServiceCollection services, SidecarOptions options, SidecarClock clock, OpenConnections connections)
    {
        services.AddLoggers().AddSingleton(clock).AddSingleton<TimeProvider>(clock).AddSingleton(connections);
        services.AddSingleton<Lifecycle>();
        services.AddSingleton(new ClientAddressResolver(options.ClientAddress));
        services.AddSingleton<IHostedService>(provider => new ManagementServer(
            options.Management,
            provider.GetRequiredService<Lifecycle>(),
            [.. provider.GetServices<HealthCheck>()],
            clock,
            provider,
            [.. provider.GetServices<ManagementDocument>()],
            options.IsDevelopment));
        if (options.Listeners.Any(static listener => listener.Tls is not null))
        {
            services.AddSingleton(provider => new CertificateWatch(options.Listeners, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<CertificateWatch>>()));
            services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<CertificateWatch>());
            services.AddSingleton(static provider => new HealthCheck("certificate", _ => new(provider.GetRequiredService<CertificateWatch>().Health)));
        }

        services.AddSingleton<IHostedService>(new DrainDelay(options.Shutdown, connections));
        services.AddSingleton(provider => new SettingsWatch(options, ReloadParts.Of(provider, options), clock, provider.GetRequiredService<ILogger<SettingsWatch>>()));
        services.AddHostedService(static provider => provider.GetRequiredService<SettingsWatch>());
        services.AddSingleton(static provider => new HealthCheck("config", _ => new(provider.GetRequiredService<SettingsWatch>().Health)));
        return services;
    }

    public static IServiceCollection AddForwarding(this IServiceCollection services, SidecarOptions options)
    {
        services.AddHttpForwarder();
        services.AddSingleton(options.Listeners).AddSingleton(options.Forward);
        services.AddSingleton(new UpstreamTracing(options.Telemetry.OtlpEndpoint is not null));
        services.AddSingleton(new OwnHeaders(options.Assertion.Header)).AddSingleton<UpstreamClient>().AddSingleton<DirectForwarders>().AddSingleton<ForwardFailures>().AddSingleton<ForwardErrors>().AddSingleton<AppForwarder>();
        services.AddSingleton(new HealthCheck("upstream", new UpstreamHealth(options.Listeners).CheckAsync));
        return services;
    }

    /// <summary>The paths of the pages, and the tag in the app's documents where it is wanted and leads somewhere.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services, SidecarOptions options)
    {
        var (pages, routes) = (options.Pages, new Dictionary<string, RequestDelegate>());
        if (pages.AreOn)
        {
            routes[WellKnown.ChangePassword] = new WellKnown(pages.Path).RedirectAsync;
            routes[WellKnown.Nothing] = WellKnown.NothingAsync;
        }

        if (pages is { AreOn: true, LoginLink.IsEnabled: true } && options.RecoveryOffReason.Length == 0)
        {
            var script = new LoginLinkScript(pages);
            routes[script.Path] = script.ServeAsync;
            services.AddSingleton<DocumentReport>();
            services.AddSingleton(provider => new DocumentTag(script.Source, pages.LoginLink.Paths, provider.GetRequiredService<DocumentReport>()));
            services.AddSingleton(static provider =>
            {
                var report = provider.GetRequiredService<DocumentReport>();
                return new HealthCheck("login_link", _ => new(report.Health));
            });
        }

        return services.AddSingleton(provider => new PageRoutes([.. routes, .. HostedPagesSetup.Routes(provider, options)]));
    }

    /// <summary>Which contract is served, and who finds it out.</summary>
    public static IServiceCollection AddContracts(this IServiceCollection services, SidecarOptions options, MountedContracts contracts, AppTrouble trouble)
    {
        // By a factory, for the container to end it.
        services.AddSingleton(_ => contracts).AddSingleton(trouble);
        if (options.ProbesContract)
        {
            services.AddSingleton<ContractWatch>().AddHostedService(static provider => provider.GetRequiredService<ContractWatch>());
            services.AddSingleton(static provider => new HealthCheck("contract", _ => new(provider.GetRequiredService<ContractWatch>().Health)));
        }

        return services;
    }

    /// <summary>The flows where they can work, and in any case the endpoint, which guards the paths.</summary>
    public static IServiceCollection AddRecovery(this IServiceCollection services, SidecarOptions options, IHandoff? handoff)
    {
        services.AddSingleton(options.Recovery).AddSingleton(options.Keys).AddSingleton(options.Mail).AddSingleton(options.Templates);
        services.AddSingleton<OriginRule>().AddSingleton<TicketCarrier>().AddSingleton<StepTelemetry>().AddSingleton<ProxyWarning>().AddSingleton<Askers>().AddSingleton<FlowEndpoint>();
        services.AddAssertions(options);
        services.AddStore(options);
        services.AddSingleton(provider => new RecoverySwitch(
            options.RecoveryOffReason.Length > 0 ? null : RecoveryOf(provider, options),
            canComplete: options.RecoveryOffReason.Length == 0 && options.Smtp.IsConfigured && (handoff is not null || options.Handoff.IsConfigured || !options.NeedsHandoff)));
        services.AddSingleton(provider => new VerificationSwitch(
            options.VerificationOffReason.Length > 0 ? null : VerificationOf(provider, options),
            canComplete: options.VerificationOffReason.Length == 0 && options.Smtp.IsConfigured));
        if (options.FlowsAreOff)
        {
            return services.AddSingleton(new HealthCheck("mail", RecoveryIsOff)).AddSingleton(new HealthCheck("accounts", RecoveryIsOff));
        }

        services.AddSingleton(options.Captcha).AddSingleton<CaptchaPainter>().AddSingleton<CaptchaChallenges>();
        services.AddSingleton<Sealer>().AddSingleton<TicketSealer>().AddSingleton<CodeHasher>().AddSingleton<VerifiedAddress>();
        services.AddAccounts(options.Accounts);
        services.AddMailQueue(options);
        services.AddMail(options.Smtp, options.Mail, options.Templates);
        services.AddSingleton(options.Smtp);
        services.AddSingleton(static provider =>
        {
            var relay = provider.GetRequiredService<RelayHealth>();
            return new HealthCheck("mail", _ => new(new HealthResult(relay.CanDeliver, relay.Detail)));
        });
        services.AddSingleton<MailAudit>();
        services.AddSingleton<RecoveryMail>().AddSingleton<IOutboxResolver>(static provider => provider.GetRequiredService<RecoveryMail>());
        services.AddSingleton(provider => new NoticeMail(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<MailAudit>(),
            options.Accounts.Kind == AccountsKind.Sql ? provider.GetRequiredService<IAccountLookup>() : null));
        services.AddSingleton<IOutboxResolver>(static provider => provider.GetRequiredService<NoticeMail>()).AddSingleton<OwnerNotice>();
        services.AddSingleton(provider => new VerificationMail(
            options.Smtp,
            options.Accounts.Kind == AccountsKind.Any ? null : provider.GetRequiredService<IAccountLookup>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<MailAudit>()));
        services.AddSingleton<IOutboxResolver>(static provider => provider.GetRequiredService<VerificationMail>());
        services.AddHandoff(options, handoff);
        services.AddSingleton<ProvenForward>();
        services.AddKeyedSingleton<AxisLimiter>(options.Limits.Domain.Name, (provider, _) => provider.GetRequiredService<AxisLimiters>().Of(options.Limits.Domain));
        services.AddKeyedSingleton<AxisLimiter>(options.Limits.MailGlobal.Name, (provider, _) => provider.GetRequiredService<AxisLimiters>().Of(options.Limits.MailGlobal));
        services.AddSingleton(provider => new ProofLimits(options.Limits, provider.GetRequiredKeyedService<AxisLimiter>(options.Limits.Domain.Name)));
        services.AddSingleton(provider => MailBudget(provider.GetRequiredKeyedService<AxisLimiter>(options.Limits.MailGlobal.Name)));
        return services;
    }

    /// <summary>Mails wait where the codes are kept, sealed with the same keys.</summary>
    public static OutboxSeal OutboxSeal(Sealer sealer) => new(
        plain => sealer.Seal("outbox", plain),
        message => sealer.TryOpen("outbox", message, out var plain) ? plain : null);

    /// <summary>What the app is told by signed assertions, and what it needs to check them.</summary>
    private static void AddAssertions(this IServiceCollection services, SidecarOptions options)
    {
        services.AddSingleton(static provider => new AssertedRequests(provider.GetService<AssertionSigner>(), provider.GetRequiredService<OwnHeaders>()));
        if (options.Assertion.Keys.Count > 0)
        {
            services.AddSingleton(options.Assertion).AddSingleton<AssertionSigner>();
            services.AddSingleton(static provider => new ManagementDocument("/.well-known/jwks.json", "application/jwk-set+json", () => provider.GetRequiredService<AssertionSigner>().KeySet()));
        }

        if (options.Contracts.Contains(GenericRoutes.Contract))
        {
            var description = OpenApi.Write(options.Verification);
            services.AddSingleton(new ManagementDocument("/openapi.json", "application/json", () => description));
        }

        if (options.Verification.AssertOn.Count > 0 && options.VerificationOffReason.Length == 0)
        {
            services.AddSingleton(options.Verification.AssertOn).AddSingleton<VerifiedRequests>();
        }
    }

    private static void AddMailQueue(this IServiceCollection services, SidecarOptions options)
    {
        if (options.UsesRedis)
        {
            services.AddSingleton<IMailQueue>(provider => new RedisMailQueue(
                options.Mail,
                new OutboxScripts(
                    provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<SidecarClock>(), provider.GetRequiredService<TimeProvider>(), options.Mail.Lease),
                OutboxSeal(provider.GetRequiredService<Sealer>()),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<RedisMailQueue>>(),
                kind => provider.GetServices<IOutboxResolver>().Any(resolver => resolver.Kind == kind)));
        }
    }

    private static RecoveryService RecoveryOf(IServiceProvider provider, SidecarOptions options)
    {
        var flow = FlowOf(provider, options.Recovery.Proof, options.Recovery.CodeLength, provider.GetRequiredService<RecoveryMail>());
        return new(flow, new(flow, provider.GetRequiredService<IHandoff>(), provider.GetRequiredService<ProvenForward>(), provider.GetRequiredService<AssertedRequests>(), provider.GetRequiredService<TicketCarrier>(), provider.GetRequiredService<Askers>(), provider.GetRequiredService<OwnerNotice>(), provider.GetRequiredService<ILogger<ResetHandover>>()));
    }

    private static VerificationService VerificationOf(IServiceProvider provider, SidecarOptions options)
    {
        var verification = options.Verification;
        var flow = FlowOf(provider, verification.Proof(options.Recovery.Proof), verification.CodeLength, provider.GetRequiredService<VerificationMail>());
        return new(flow, new(flow, verification.Gate, provider.GetRequiredService<ProvenForward>(), provider.GetRequiredService<AssertedRequests>()));
    }

    private static ValueTask<HealthResult> RecoveryIsOff(CancellationToken cancellationToken) => new(new HealthResult(false, "recovery is off; the log says why"));

    /// <summary>One budget for all mails of all replicas.</summary>
    public static SendBudget MailBudget(AxisLimiter limiter) => new(async cancellationToken =>
    {
        var permit = await limiter.TakeAsync("all", dry: false, cancellationToken);
        return new(permit.Decision.RetryAfter, permit.GiveBackAsync);
    });

    /// <summary>The steps for one purpose: same store, limits and queue, its own rules and mail.</summary>
    private static ProofFlow FlowOf(IServiceProvider provider, ProofOptions options, int codeLength, IProofMail mail) => new(
        options,
        provider.GetRequiredService<CaptchaChallenges>(),
        provider.GetRequiredService<IOtpStore>(),
        provider.GetRequiredService<TicketSealer>(),
        provider.GetRequiredService<KeyRing>(),
        new CodeGenerator(codeLength),
        provider.GetRequiredService<CodeHasher>(),
        provider.GetRequiredService<IOutbox>(),
        mail,
        provider.GetRequiredService<ProofLimits>(),
        provider.GetRequiredService<TimeProvider>());

    private static void AddStore(this IServiceCollection services, SidecarOptions options)
    {
        services.AddSingleton(provider =>
        {
            var limiters = provider.GetRequiredService<AxisLimiters>();
            return new RequestLimits(limiters.Of(options.Limits.Client), limiters.Of(options.Limits.Captcha));
        });
        services.AddSingleton(provider => new ForwardedLimits(
            options.Limits.Forwarded,
            provider.GetRequiredService<AxisLimiters>(),
            provider.GetRequiredService<ClientAddressResolver>(),
            provider.GetRequiredService<ProxyWarning>(),
            provider.GetRequiredService<AppForwarder>()));
        if (!options.UsesRedis || options.FlowsAreOff)
        {
            services.AddSingleton<IOtpStore>(provider => new MemoryOtpStore(provider.GetRequiredService<TimeProvider>(), options.Store));
            services.AddSingleton(static provider => new AxisLimiters(provider.GetRequiredService<TimeProvider>(), shared: null));
            services.AddSingleton(new HealthCheck("store", static _ => new(new HealthResult(true, "memory, one replica only"))));
            return;
        }

        services.AddSingleton(provider => RedisConnection.Start(options.Redis, provider.GetRequiredService<ILogger<RedisConnection>>()));
        services.AddSingleton<IOtpStore, RedisOtpStore>();
        services.AddSingleton(provider => new AxisLimiters(
            provider.GetRequiredService<TimeProvider>(),
            limit => new RedisWindowLimiter(limit, provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<SidecarClock>(), options.Keys.NetworkName)));
        services.AddSingleton(static provider =>
        {
            var redis = provider.GetRequiredService<RedisConnection>();
            return new HealthCheck("store", _ => new(new HealthResult(redis.IsHealthy, $"redis: {redis.Status}")));
        });
    }

    private static void AddAccounts(this IServiceCollection services, AccountsOptions options)
    {
        services.AddSingleton<IAccountLookup>(provider => new CachedLookup(
            IAccountLookup.Of(options, provider.GetRequiredService<UpstreamClient>().Invoker) ?? new AnyAccount(),
            options,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static provider =>
        {
            var accounts = provider.GetRequiredService<IAccountLookup>();
            return new HealthCheck("accounts", _ => new(new HealthResult(accounts.Trouble.Length == 0, accounts.Trouble)));
        });
    }

    private static void AddHandoff(this IServiceCollection services, SidecarOptions options, IHandoff? handoff)
    {
        if (handoff is not null)
        {
            services.AddSingleton(handoff);
        }
        else if (ReferenceEquals(options.Handoff, options.Redis) && options.UsesRedis)
        {
            services.AddSingleton<IHandoff, RedisHandoff>();
        }
        else if (options.Handoff.IsConfigured)
        {
            // By a key of its own, for the container to end it.
            services.AddKeyedSingleton(typeof(RedisHandoff), (provider, _) => RedisConnection.Start(options.Handoff, provider.GetRequiredService<ILogger<RedisConnection>>(), RedisHandoff.ProbeKey, "handoff"));
            services.AddSingleton<IHandoff>(static provider => new RedisHandoff(provider.GetRequiredKeyedService<RedisConnection>(typeof(RedisHandoff))));
        }
        else
        {
            services.AddSingleton<IHandoff, MissingHandoff>();
        }
    }
}
