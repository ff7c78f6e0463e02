using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Pages;
using Sidecar.Throttling;

namespace Sidecar;

/// <summary>Puts the hosted pages together, journey by journey.</summary>
internal static class HostedPagesSetup
{
    /// <summary>What answers at the pages' paths, the asset's names among them; nothing where the pages are off.</summary>
    public static IEnumerable<KeyValuePair<string, RequestDelegate>> Routes(IServiceProvider provider, SidecarOptions options)
    {
        var path = options.Pages.Path;
        if (path.Length == 0)
        {
            return [];
        }

        var pages = options.HostedPages;
        var proof = options.Recovery.Proof;
        var clock = provider.GetRequiredService<TimeProvider>();
        var telemetry = provider.GetRequiredService<StepTelemetry>();
        var journey = PageJourney.ForRecovery(path, proof, options.Recovery.CodeLength, options.Captcha.FixedAnswer?.Length ?? options.Captcha.Length);
        var assets = PageAssets.Load(path, pages.Look);
        var encoding = pages.Password.Encoding ?? PasswordEncoding.Plain;
        var words = new PageWords(journey, proof.Rules.Lock, clock);
        var resets = RagflowRoutes.Resets(pages.Contract.Length > 0 ? [pages.Contract] : [.. options.Contracts]);
        var endpoint = new PageEndpoint(
            journey,
            provider.GetRequiredService<RecoverySwitch>(),
            new PageCookie(new Sealer(options.Keys), options.Recovery, clock),
            new PageModel(journey, pages, assets, clock),
            new PageSteps(journey, words, new PasswordRules(pages.Password, encoding.MostBytes, pages.Look.AppName), new PageReset(encoding, resets, telemetry), telemetry, pages.Texts),
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
        return [new(path, endpoint.HandleAsync), new($"{path}/", context => Moved(context, path)), .. assets.Paths.Select(asset => KeyValuePair.Create<string, RequestDelegate>(asset, assets.SendAsync))];
    }

    private static Task Moved(HttpContext context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = path;
        return Task.CompletedTask;
    }
}
