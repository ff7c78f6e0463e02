using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Loop;
using Sidecar.Pages;
using Sidecar.Upstream;

namespace Sidecar;

/// <summary>Builds the process from its options: the public pipeline, and beside it the management port and the mail worker.</summary>
internal static class SidecarApplication
{
    /// <param name="options">Read and free of fatal faults.</param>
    /// <param name="clock">The process's clock.</param>
    /// <param name="handoff">How the app gets proofs; null for the app's own Redis.</param>
    public static WebApplication Create(SidecarOptions options, SidecarClock clock, IHandoff? handoff = null)
    {
        var guard = new PathGuard<FlowRoute>(Guarded(options, []));
        var trouble = new AppTrouble();
        var contracts = new MountedContracts(options.Contracts, mounted => Guarded(options, mounted), trouble);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = options.IsDevelopment ? "Development" : "Production" });
        var connections = new OpenConnections();
        builder.Logging.AddLines(options.IsDevelopment);
        builder.Services.AddInlineSockets();
        if (options.Forward.UsesLoop)
        {
            // The last one that is added is the one that listens.
            builder.Services.AddSingleton<IConnectionListenerFactory, LoopListeners>();
        }

        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => PublicListeners.Add(kestrel, options.Listeners, connections, (listener, next) => BeforeServer(kestrel, listener, next)));
        builder.Services.WithoutStartupValidation().AddConfigured<KestrelServerOptions>().AddFixed(new FormOptions()).AddFixed(new ConsoleLifetimeOptions());
        builder.Services.AddFixed(new HostOptions { ShutdownTimeout = options.Shutdown.Delay + options.Shutdown.Drain + options.Mail.DrainTimeout + TimeSpan.FromSeconds(5) });
        builder.AddTelemetry(options.Telemetry, options.Management.Port, target => guard.TryMatch(RequestTarget.PathAndQuery(target), out var guarded) ? guarded.Path ?? "" : null);
        builder.Services.AddGround(options, clock, connections).AddForwarding(options).AddPages(options).AddContracts(options, contracts, trouble).AddRecovery(options, handoff);
        if (options.Forward.UsesFastPath && options.Telemetry.OtlpEndpoint is null)
        {
            builder.Services.AddSingleton<ServerMetrics>().AddSingleton<FastPaths>().AddSingleton(provider => RuleOf(provider, guard));
        }

        var app = builder.Build();
        var endpoint = app.Services.GetRequiredService<FlowEndpoint>();
        var forwarder = app.Services.GetRequiredService<AppForwarder>();
        var pages = app.Services.GetRequiredService<PageRoutes>();
        var limits = app.Services.GetRequiredService<ForwardedLimits>();
        var verified = app.Services.GetService<VerifiedRequests>();
        var lifecycle = app.Services.GetRequiredService<Lifecycle>();
        app.Run(context =>
        {
            lifecycle.Announce(context);
            var target = RequestTarget.PathAndQuery(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
            return guard.TryMatch(target, out var guarded) && guarded.Route?.LeavesToApp(context.Request.Method) != true ? HandleAsync(context, guarded, target)
                : pages.Find(target) is { } page ? ShowAsync(context, page)
                : InlineSockets.Share(verified is null ? PassAsync(context, target) : PassVerifiedAsync(context, target));
        });
        return app;

        Task HandleAsync(HttpContext context, GuardedPath<FlowRoute> guarded, string target) => InlineSockets.LeaveAsync(context, () => endpoint.HandleAsync(context, guarded, target));

        static Task ShowAsync(HttpContext context, RequestDelegate page) => InlineSockets.LeaveAsync(context, () => page(context));

        Task PassAsync(HttpContext context, string target) => limits.Any ? limits.ForwardAsync(context, target) : forwarder.ForwardAsync(context, target);

        async Task PassVerifiedAsync(HttpContext context, string target)
        {
            await verified!.AddAsync(context, target);
            await PassAsync(context, target);
        }
    }

    private static ConnectionDelegate BeforeServer(KestrelServerOptions kestrel, ListenerOptions listener, ConnectionDelegate next) =>
        kestrel.ApplicationServices.GetService<FastPaths>()?.Of(listener, kestrel.Limits) is { } fast ? connection => fast.ServeAsync(connection, next) : next;

    /// <summary>The fast path takes what none of those would touch that <see cref="Create"/> asks about every request.</summary>
    private static FastRule RuleOf(IServiceProvider services, PathGuard<FlowRoute> guard)
    {
        var (pages, limits) = (services.GetRequiredService<PageRoutes>(), services.GetRequiredService<ForwardedLimits>());
        var (tag, verified) = (services.GetService<DocumentTag>(), services.GetService<VerifiedRequests>());
        return new(
            IsApps: target => !guard.TryMatch(target, out _) && pages.Find(target) is null && tag?.MayBeAt(target) != true,
            IsOpen: () => !limits.Any && verified is null);
    }

    /// <summary>The paths that are ours. Where two contracts want one, RAGFlow's stands: its sign-ups are known.</summary>
    /// <param name="options">What is on.</param>
    /// <param name="mounted">The contracts that serve theirs.</param>
    private static IEnumerable<KeyValuePair<string, FlowRoute>> Guarded(SidecarOptions options, IReadOnlyList<string> mounted)
    {
        var (verification, gate) = (options.Verification.Enabled, options.Verification.Gate);
        var ragflow = RagflowRoutes.Guarded(mounted, verification, gate.Enabled);
        return options.Contracts.Contains(GenericRoutes.Contract)
            ? ragflow.Concat(GenericRoutes.Guarded(options.Generic.ResetPath, verification, gate.Enabled ? gate.Paths : [])).DistinctBy(static route => route.Key, StringComparer.OrdinalIgnoreCase)
            : ragflow;
    }
}
