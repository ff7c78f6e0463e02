using Microsoft.Playwright;
using Sidecar.BrowserTests.Hosting;
using Sidecar.BrowserTests.Pages;
using Sidecar.FunctionalTests.Recovery;

[assembly: AssemblyFixture(typeof(PagesWorld))]

namespace Sidecar.BrowserTests.Pages;

/// <summary>One real sidecar before the stand-in app for all tests that leave its clock alone; each has users of its own.</summary>
public sealed class PagesWorld : IAsyncLifetime
{
    private RecoveryWorld? world;

    internal RecoveryWorld World => world!;

    public async ValueTask InitializeAsync() => world = await RecoveryWorld.StartAsync(new() { Settings = ["pages.app_name=Demo app"] });

    public ValueTask DisposeAsync() => world?.DisposeAsync() ?? ValueTask.CompletedTask;

    internal async Task<Visitor> NewVisitorAsync(Browser browser, string language = "en", bool scripts = true, int width = 1280, ColorScheme scheme = ColorScheme.Light) => new(
        World,
        await browser.OpenAsync(new()
        {
            Locale = language == "zh" ? "zh-CN" : "en-GB",
            JavaScriptEnabled = scripts,
            ViewportSize = new() { Width = width, Height = 860 },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        }),
        World.NewUser());
}
