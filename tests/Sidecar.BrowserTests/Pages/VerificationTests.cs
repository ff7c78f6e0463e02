using System.Globalization;
using Microsoft.Playwright;
using Sidecar.BrowserTests.Hosting;
using Sidecar.FunctionalTests.Recovery;
using static Microsoft.Playwright.Assertions;

namespace Sidecar.BrowserTests.Pages;

/// <summary>The same pages with another purpose: an address proven before there is an account.</summary>
public sealed class VerificationTests(Browser browser, VerificationTests.VerifyingWorld verifying) : IClassFixture<VerificationTests.VerifyingWorld>
{
    [Theory]
    [InlineData("en", true, "Your address is verified", "Continue to sign-up")]
    [InlineData("zh", false, "邮箱已验证", "继续注册")]
    public async Task Verification_OfANewAddress_LeadsToTheSignUp(string language, bool scripts, string done, string next)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"new.{language}.{Guid.NewGuid():N}@example.com");
        await using var visitor = new Visitor(verifying.World, await browser.OpenAsync(new() { Locale = language, JavaScriptEnabled = scripts, ColorScheme = ColorScheme.Dark, ReducedMotion = ReducedMotion.Reduce }), address);
        await visitor.Page.GotoAsync(new Uri(verifying.World.Sidecar.BaseUrl, "/user/verify").ToString());
        await visitor.GiveAddressAsync();
        await visitor.GivePictureAsync();
        await visitor.Page.WaitForSelectorAsync("#otp");
        await visitor.GiveCodeAsync(await verifying.World.MailedCodeAsync(address));

        await Expect(visitor.Heading).ToHaveTextAsync(done);
        await Expect(visitor.Page.Locator(".steps li")).ToHaveCountAsync(3);
        await Expect(visitor.Page.Locator("main a.main")).ToHaveTextAsync(next);
        await Expect(visitor.Page.Locator("main a.main")).ToHaveAttributeAsync("href", "/register");
        Assert.Contains(await visitor.Page.Context.CookiesAsync(), static cookie => cookie is { Name: "sidecar-verify", HttpOnly: true });
        if (scripts)
        {
            await visitor.AssertWellAsync("verification-done");
        }

        // The recovery's pages know nothing of it.
        await visitor.OpenAsync();
        await Expect(visitor.Page.Locator("#email")).ToHaveValueAsync("");
    }

    public sealed class VerifyingWorld : IAsyncLifetime
    {
        private RecoveryWorld? world;

        internal RecoveryWorld World => world!;

        public async ValueTask InitializeAsync() => world = await RecoveryWorld.StartAsync(new() { Settings = ["pages.app_name=Demo app", "verification.enabled=true", "pages.signup_url=/register"] });

        public ValueTask DisposeAsync() => world?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
