using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Pages;
using Sidecar.Throttling;
using Sidecar.Verification;

namespace Sidecar;

/// <summary>Puts the hosted pages together, journey by journey.</summary>
internal static class HostedPagesSetup
{
    /// <summary>What answers at the pages' paths, the assets' names among them; nothing where the pages are off.</summary>
    public static IEnumerable<KeyValuePair<string, RequestDelegate>> Routes(IServiceProvider provider, SidecarOptions options)
    {
        if (!options.Pages.AreOn)
        {
            return [];
        }

        var (pages, captcha) = (options.HostedPages, options.Captcha.FixedAnswer?.Length ?? options.Captcha.Length);
        var recovery = provider.GetRequiredService<RecoverySwitch>().Service;
        var routes = Journey(
            provider,
            options,
            PageJourney.ForRecovery(options.Pages.Path, options.Recovery.Proof, options.Recovery.CodeLength, captcha, pages.LoginUrl),
            recovery is null || pages.Password.Encoding is null ? null : new(recovery.Flow, recovery.Reset));
        if (!options.Verification.Enabled || pages.VerifyPath.Length == 0 || pages.VerifyPath == options.Pages.Path)
        {
            return routes;
        }

        var verification = provider.GetRequiredService<VerificationSwitch>().Service;
        return routes.Concat(Journey(
            provider,
            options,
            PageJourney.ForVerification(pages.VerifyPath, options.Verification.Proof(options.Recovery.Proof), options.Verification.CodeLength, captcha, pages.SignupUrl) with { Domains = options.Verification.Gate.Enabled ? options.Verification.Gate.Domains : DomainRules.None },
            verification is null ? null : new(verification.Flow, null)));
    }

    private static IEnumerable<KeyValuePair<string, RequestDelegate>> Journey(IServiceProvider provider, SidecarOptions options, PageJourney journey, PageService? service)
    {
        var pages = options.HostedPages;
        var clock = provider.GetRequiredService<TimeProvider>();
        var telemetry = provider.GetRequiredService<StepTelemetry>();
        var assets = PageAssets.Load(journey.Path, pages.Look);
        var words = new PageWords(journey, clock);
        IReadOnlyList<string> contracts = pages.Contract.Length > 0 ? [pages.Contract] : options.PossibleContracts;
        FlowRoute[] generic = contracts.Contains(GenericRoutes.Contract) ? [GenericRoutes.ResetAt(options.Generic.ResetPath)] : [];
        FlowRoute[] resets = [.. RagflowRoutes.Resets(contracts), .. generic];
        var mounted = provider.GetRequiredService<MountedContracts>();
        IReadOnlyList<FlowRoute> Resets() => pages.Contract.Length > 0 ? resets : [.. mounted.Resets(), .. generic];
        PasswordEncoding EncodingOf(string contract) => pages.Password.EncodingFor(contract) ?? PasswordEncoding.Plain;
        var mostBytes = resets.Length == 0 ? int.MaxValue : resets.Min(route => EncodingOf(route.Contract).MostBytes);
        var endpoint = new PageEndpoint(
            journey,
            service,
            new PageCookie(new Sealer(options.Keys), options.Recovery, clock),
            new PageModel(journey, pages, assets, clock),
            new PageSteps(journey, words, new PasswordRules(pages.Password, mostBytes, pages.Look.AppName), new PageReset(EncodingOf, Resets, telemetry), telemetry, pages.Texts, provider.GetRequiredService<Askers>()),
            words,
            new DoubleSubmits(clock),
            pages,
            provider.GetRequiredService<ClientAddressResolver>(),
            provider.GetRequiredService<RequestLimits>(),
            provider.GetRequiredService<ProxyWarning>(),
            provider.GetRequiredService<OriginRule>(),
            provider.GetRequiredService<TicketCarrier>(),
            telemetry,
            provider.GetRequiredService<ILogger<PageEndpoint>>());
        return
        [
            new(journey.Path, endpoint.HandleAsync),
            new($"{journey.Path}/", context => Moved(context, journey.Path)),
            .. assets.Paths.Select(asset => KeyValuePair.Create<string, RequestDelegate>(asset, assets.SendAsync)),
        ];
    }

    private static Task Moved(HttpContext context, string path)
    {
        PageHeaders.Write(context.Response.Headers);
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = path;
        return Task.CompletedTask;
    }
}
