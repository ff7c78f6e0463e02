using Microsoft.Playwright;
using Sidecar.BrowserTests.Hosting;
using Sidecar.FunctionalTests.Hosting;

[assembly: AssemblyFixture(typeof(Browser))]

namespace Sidecar.BrowserTests.Hosting;

/// <summary>
/// Debian's Chromium, started once for all tests; each test has a context of its own. Without it the tests are skipped, which
/// CI takes for a failure.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        var executable = Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named ? named : "/usr/bin/chromium";
        if (!File.Exists(executable))
        {
            return;
        }

        playwright = await Playwright.CreateAsync();
        // Nothing here comes from outside, and containers commonly have no sandbox to offer.
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = executable, Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
    }

    public async ValueTask DisposeAsync()
    {
        await (browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        playwright?.Dispose();
    }

    /// <summary>A fresh page in a context of its own. It fails the test at its end when the page had an error nobody expected.</summary>
    internal async Task<BrowserPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        if (browser is null)
        {
            Assert.Skip("There is no Chromium; ./test installs it.");
        }

        var context = await browser.NewContextAsync(options ?? new() { Locale = "en-GB" });
        context.SetDefaultTimeout(15_000);
        return new(context, await context.NewPageAsync());
    }
}

/// <summary>A page, its context, and everything it complained of.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> complaints = [];

    public BrowserPage(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Uncaught errors, console errors, violations of a policy.</summary>
    public IReadOnlyList<string> Complaints => complaints;

    /// <summary>Keeps a picture of the page as test output, to be looked at: <c>artifacts/screenshots/NAME.png</c>.</summary>
    public Task ScreenshotAsync(string name) =>
        Page.ScreenshotAsync(new() { Path = RepositoryRoot.Combine("artifacts", "screenshots", $"{name}.png"), FullPage = true });

    public async ValueTask DisposeAsync() => await context.DisposeAsync();
}
