using Sidecar.BrowserTests.Hosting;
using Sidecar.FunctionalTests.Recovery;
using static Microsoft.Playwright.Assertions;

namespace Sidecar.BrowserTests.Pages;

/// <summary>Back, reload, a second window and a second click: what browsers do to forms.</summary>
public sealed class WindowTests(Browser browser, PagesWorld pages)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reload_OnEveryStep_ShowsTheSameStep(bool scripts)
    {
        await using var visitor = await pages.NewVisitorAsync(browser, scripts: scripts);
        var code = await visitor.ToCodeAsync();
        await visitor.Page.ReloadAsync();
        await visitor.GiveCodeAsync(code);
        await Expect(visitor.Page.Locator("#password")).ToBeVisibleAsync();
        await visitor.Page.ReloadAsync();
        await visitor.GivePasswordAsync();
        await visitor.Page.WaitForSelectorAsync("#done");
        await visitor.Page.ReloadAsync();

        await Expect(visitor.Heading).ToHaveTextAsync("Your password is changed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Back_FromTheCode_LeavesThePagesAndForwardReturns(bool scripts)
    {
        await using var visitor = await pages.NewVisitorAsync(browser, scripts: scripts);
        await visitor.Page.GotoAsync(pages.World.Sidecar.BaseUrl.ToString());
        await visitor.ToCodeAsync();

        for (var i = 0; i < 5 && new Uri(visitor.Page.Url).AbsolutePath != "/"; i++)
        {
            await visitor.Page.GoBackAsync();
            Assert.True(new Uri(visitor.Page.Url).AbsolutePath == "/" || await visitor.Page.Locator("#otp").IsVisibleAsync(), "an older step is shown");
        }

        await visitor.Page.GoForwardAsync();
        await Expect(visitor.Page.Locator("#otp")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task SecondWindow_WithAnotherAddress_IsNotTakenForTheFirst()
    {
        await using var visitor = await pages.NewVisitorAsync(browser);
        var code = await visitor.ToCodeAsync();
        await using var other = await visitor.AnotherWindowAsync();
        await other.OpenAsync();
        await other.PressAsync("restart");
        await other.GiveAddressAsync(pages.World.NewUser());
        await Expect(other.Page.Locator("#captcha")).ToBeVisibleAsync();

        await visitor.GiveCodeAsync(code);

        await Expect(visitor.Notice).ToContainTextAsync("another window");
        await Expect(visitor.Page.Locator("#captcha")).ToBeVisibleAsync();
        await visitor.AssertWellAsync("elsewhere");
    }

    [Fact]
    public async Task SecondWindow_OfTheSameRecovery_GoesOnWhereTheFirstIs()
    {
        await using var visitor = await pages.NewVisitorAsync(browser);
        var code = await visitor.ToCodeAsync();
        await using var other = await visitor.AnotherWindowAsync();
        await other.OpenAsync();
        await other.GiveCodeAsync(code);
        await Expect(other.Page.Locator("#password")).ToBeVisibleAsync();

        await visitor.GiveCodeAsync(code);

        await Expect(visitor.Page.Locator("#password")).ToBeVisibleAsync();
        await visitor.GivePasswordAsync();
        await Expect(visitor.Heading).ToHaveTextAsync("Your password is changed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecondClick_OnEveryForm_DoesNoHarm(bool scripts)
    {
        await using var visitor = await pages.NewVisitorAsync(browser, scripts: scripts);
        await visitor.OpenAsync();
        await visitor.Page.FillAsync("#email", visitor.Email);
        await DoubleAsync("#email");
        await visitor.Page.WaitForSelectorAsync("#captcha");
        await visitor.Page.FillAsync("#captcha", RecoveryWorld.Captcha);
        await DoubleAsync("#captcha");
        await visitor.Page.WaitForSelectorAsync("#otp");
        await Expect(visitor.Notice).ToHaveCountAsync(0);
        await visitor.Page.FillAsync("#otp", await pages.World.MailedCodeAsync(visitor.Email));
        await DoubleAsync("#otp");
        await visitor.Page.WaitForSelectorAsync("#password");
        await visitor.Page.FillAsync("#password", Visitor.NewPassword);
        await visitor.Page.FillAsync("#repeat", Visitor.NewPassword);
        await DoubleAsync("#password");

        await Expect(visitor.Heading).ToHaveTextAsync("Your password is changed");
        Assert.Equal(1, await pages.World.CountMailsAsync(visitor.Email));

        Task DoubleAsync(string field) => visitor.Page.Locator($"form:has({field}) button.main").DblClickAsync();
    }
}
