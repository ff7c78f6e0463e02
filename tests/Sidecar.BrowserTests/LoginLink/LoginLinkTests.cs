using Microsoft.Playwright;
using Sidecar.BrowserTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Sidecar.BrowserTests.LoginLink;

/// <summary>The login link as somebody at the app's login page sees it.</summary>
public sealed class LoginLinkTests(Browser browser)
{
    private const string Strict = "default-src 'none'; script-src 'self'; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    [Fact]
    public async Task Link_OnALoginRenderedLate_StandsUnderThePasswordAndLeadsToThePage()
    {
        await using var app = await LoginApp.StartAsync("single-page", null);
        await using var opened = await browser.OpenAsync();
        var page = opened.Page;

        await page.GotoAsync(app.Url.ToString());

        var link = page.GetByRole(AriaRole.Link, new() { Name = "Forgot password?" });
        await Expect(link).ToHaveCountAsync(1);
        var (field, below, send) = (await BoxAsync(page.Locator("#password")), await BoxAsync(link), await BoxAsync(page.Locator("#send")));
        Assert.True(below.Y >= field.Y + field.Height && below.Y + below.Height <= send.Y + 1, "The link is not between password and button.");
        Assert.True(below.Height >= 24, "The link is too small to hit.");
        await opened.ScreenshotAsync("login-link-en");
        await page.Locator("#password").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Expect(link).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Reset your password" })).ToBeVisibleAsync();
        Assert.EndsWith("/user/forget", page.Url, StringComparison.Ordinal);
        Assert.Empty(opened.Complaints);
    }

    [Fact]
    public async Task Link_WhenTheAppRendersAgain_IsThereOnceAndInItsLanguage()
    {
        await using var app = await LoginApp.StartAsync("single-page", null);
        await using var opened = await browser.OpenAsync();
        var page = opened.Page;
        await page.GotoAsync(app.Url.ToString());
        var link = page.Locator(".sidecar-login-link");
        await Expect(link).ToHaveTextAsync("Forgot password?");

        // The document's own language stays English, as in many an app.
        await page.EvaluateAsync("show({ language: 'zh' })");
        await Expect(link).ToHaveTextAsync("忘记密码？");
        await opened.ScreenshotAsync("login-link-zh");
        await page.EvaluateAsync("show({ step: 'register' })");
        await Expect(link).ToHaveCountAsync(0);
        await page.EvaluateAsync("show({ step: 'login', language: 'en' })");
        await Expect(link).ToHaveTextAsync("Forgot password?");
        await page.EvaluateAsync("document.documentElement.lang = 'de'");
        await Expect(link).ToHaveTextAsync("Forgot password?");
        await page.GetByTitle("show").ClickAsync();
        await Expect(page.Locator("#password")).ToHaveAttributeAsync("type", "text");
        await page.EvaluateAsync("new Promise(done => setTimeout(done, 300))");
        await Expect(link).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Link_ThatTheAppTakesOutAgainAndAgain_EndsInPeace()
    {
        await using var app = await LoginApp.StartAsync("single-page", null);
        await using var opened = await browser.OpenAsync();
        var page = opened.Page;
        await page.GotoAsync(app.Url.ToString());
        await Expect(page.Locator(".sidecar-login-link")).ToHaveCountAsync(1);

        await page.EvaluateAsync(
            """
            window.removed = 0;
            new MutationObserver(() => document.querySelectorAll('.sidecar-login-link').forEach(link => { removed++; link.remove(); }))
              .observe(document.body, { childList: true, subtree: true });
            document.querySelector('.sidecar-login-link').remove();
            new Promise(done => setTimeout(done, 4000))
            """);

        Assert.InRange(await page.EvaluateAsync<int>("removed"), 1, 25);
    }

    [Fact]
    public async Task Link_WithTextsOfItsOwn_SpeaksTheDocumentsLanguage()
    {
        await using var app = await LoginApp.StartAsync("single-page", null, "pages.login_link.text.de=Passwort vergessen?", "pages.login_link.selector=#send");
        await using var opened = await browser.OpenAsync();
        await opened.Page.GotoAsync(app.Url.ToString());

        await opened.Page.EvaluateAsync("document.documentElement.lang = 'de-AT'");

        await Expect(opened.Page.Locator("#send + .sidecar-login-link")).ToHaveTextAsync("Passwort vergessen?");
    }

    [Fact]
    public async Task Link_UnderAStrictPolicy_IsThereAndNothingIsViolated()
    {
        await using var app = await LoginApp.StartAsync("strict", Strict);
        await using var opened = await browser.OpenAsync();

        await opened.Page.GotoAsync(app.Url.ToString());

        // Only the first form is a login: the second has two passwords, the third a password alone.
        await Expect(opened.Page.Locator("form:first-of-type .sidecar-login-link")).ToHaveTextAsync("忘记密码？");
        await Expect(opened.Page.Locator(".sidecar-login-link")).ToHaveCountAsync(1);
        Assert.Equal("underline", await opened.Page.Locator(".sidecar-login-link").EvaluateAsync<string>("link => getComputedStyle(link).textDecorationLine"));
        Assert.Empty(opened.Complaints);
        await opened.ScreenshotAsync("login-link-strict");
    }

    [Fact]
    public async Task Document_WhosePolicyForbidsIt_IsLeftInPeace()
    {
        await using var app = await LoginApp.StartAsync("strict", "script-src 'none'");
        await using var opened = await browser.OpenAsync();

        await opened.Page.GotoAsync(app.Url.ToString());

        Assert.Empty(opened.Complaints);
        Assert.Equal(0, await opened.Page.Locator("script").CountAsync());
    }

    [Fact]
    public async Task Address_ThatIsNoLogin_ShowsNoLink()
    {
        await using var app = await LoginApp.StartAsync("single-page", null);
        await using var opened = await browser.OpenAsync();
        await opened.Page.GotoAsync(app.Url.ToString());
        var link = opened.Page.Locator(".sidecar-login-link");
        await Expect(link).ToHaveCountAsync(1);

        await opened.Page.EvaluateAsync("history.pushState(null, '', '/settings'); show({})");

        await Expect(link).ToHaveCountAsync(0);
    }

    private static async Task<LocatorBoundingBoxResult> BoxAsync(ILocator locator)
    {
        var box = await locator.BoundingBoxAsync();
        Assert.NotNull(box);
        return box;
    }
}
