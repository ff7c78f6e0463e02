using Microsoft.Playwright;
using Sidecar.BrowserTests.Hosting;
using Sidecar.FunctionalTests.Recovery;
using static Microsoft.Playwright.Assertions;

namespace Sidecar.BrowserTests.Pages;

/// <summary>What time does to a recovery; on a world of its own, since its clock is moved.</summary>
public sealed class ClockTests(Browser browser, ClockTests.MovedWorld moved) : IClassFixture<ClockTests.MovedWorld>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resend_AfterTheCooldown_BringsTheCodeThatCounts(bool scripts)
    {
        await using var visitor = await NewVisitorAsync(scripts);
        var first = await visitor.ToCodeAsync();
        await Expect(visitor.Page.Locator("#resend-hint")).ToContainTextAsync("seconds");
        await moved.World.AdvanceAsync(61);
        await visitor.Page.ReloadAsync();
        await Expect(visitor.Page.Locator("#resend-hint")).ToContainTextAsync("No mail?");
        await visitor.Page.Locator("#resend").ClickAsync();
        await visitor.GivePictureAsync();
        await Expect(visitor.Page.Locator("#otp")).ToBeVisibleAsync();
        var second = await moved.World.MailedCodeAsync(visitor.Email, 2);

        await visitor.GiveCodeAsync(first);
        await Expect(visitor.Notice).ToContainTextAsync("newest mail");
        await visitor.GiveCodeAsync(second);

        await Expect(visitor.Page.Locator("#password")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Resend_TooSoonWithoutScripts_SaysHowLong()
    {
        await using var visitor = await NewVisitorAsync(scripts: false);
        await visitor.ToCodeAsync();

        await visitor.Page.Locator("#resend").ClickAsync();

        await Expect(visitor.Notice).ToContainTextAsync("ask for a new one in");
        await Expect(visitor.Page.Locator("#otp")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Countdown_WithScripts_EndsWithTheButtonFree()
    {
        await using var visitor = await NewVisitorAsync(scripts: true);
        await visitor.Page.Clock.InstallAsync();
        await visitor.ToCodeAsync();
        var resend = visitor.Page.Locator("#resend");
        await Expect(resend).ToHaveAttributeAsync("aria-disabled", "true");

        await visitor.Page.Clock.FastForwardAsync(61_000);

        await Expect(visitor.Page.Locator("#resend-hint")).ToContainTextAsync("No mail?");
        await Expect(resend).Not.ToHaveAttributeAsync("aria-disabled", "true");
    }

    [Fact]
    public async Task Notice_WhoseTimeIsUp_GoesAway()
    {
        await using var visitor = await NewVisitorAsync(scripts: true);
        await visitor.Page.Clock.InstallAsync();
        await visitor.ToCodeAsync();
        await visitor.Page.GetByText("Use another address").ClickAsync();
        await visitor.GiveAddressAsync();
        await visitor.GivePictureAsync();
        await Expect(visitor.Notice).ToContainTextAsync("ask for another one in");

        await visitor.Page.Clock.FastForwardAsync(61_000);

        await Expect(visitor.Notice).ToHaveCountAsync(0);
        await Expect(visitor.Page.Locator("#captcha")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Picture_TooOld_IsReplacedInWords()
    {
        await using var visitor = await NewVisitorAsync(scripts: true);
        await visitor.OpenAsync();
        await visitor.GiveAddressAsync();
        await moved.World.AdvanceAsync(61);

        await visitor.GivePictureAsync();

        await Expect(visitor.Notice).ToContainTextAsync("too old");
    }

    [Fact]
    public async Task Code_TooOld_LeadsToANewOne()
    {
        await using var visitor = await NewVisitorAsync(scripts: true);
        var code = await visitor.ToCodeAsync();
        await moved.World.AdvanceAsync(301);

        await visitor.GiveCodeAsync(code);

        await Expect(visitor.Notice).ToContainTextAsync("no longer valid");
        await visitor.AssertWellAsync("code-ended");
        await visitor.GivePictureAsync();
        await visitor.GiveCodeAsync(await moved.World.MailedCodeAsync(visitor.Email, 2));
        await Expect(visitor.Page.Locator("#password")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Password_TooLate_HasTheAddressProvenAgain()
    {
        await using var visitor = await NewVisitorAsync(scripts: true);
        await visitor.ToPasswordAsync();
        await moved.World.AdvanceAsync(301);

        await visitor.GivePasswordAsync();

        await Expect(visitor.Notice).ToContainTextAsync("took too long");
        await Expect(visitor.Page.Locator("#captcha")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Page_OpenForTooLong_StartsAgainInWords()
    {
        await using var visitor = await NewVisitorAsync(scripts: true);
        await visitor.ToCodeAsync();
        await moved.World.AdvanceAsync(31 * 60);

        await visitor.GiveCodeAsync("AAAAAAAA");

        await Expect(visitor.Notice).ToContainTextAsync("open for too long");
        await Expect(visitor.Page.Locator("#email")).ToBeVisibleAsync();
    }

    private async Task<Visitor> NewVisitorAsync(bool scripts) =>
        new(moved.World, await browser.OpenAsync(new() { Locale = "en-GB", JavaScriptEnabled = scripts }), moved.World.NewUser());

    public sealed class MovedWorld : IAsyncLifetime
    {
        private RecoveryWorld? world;

        internal RecoveryWorld World => world!;

        public async ValueTask InitializeAsync() => world = await RecoveryWorld.StartAsync(new() { Settings = ["pages.app_name=Demo app", "pages.theme=neutral"] });

        public ValueTask DisposeAsync() => world?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
