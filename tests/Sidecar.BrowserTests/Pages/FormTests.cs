using Microsoft.Playwright;
using Sidecar.BrowserTests.Hosting;
using Sidecar.FunctionalTests.Recovery;
using static Microsoft.Playwright.Assertions;

namespace Sidecar.BrowserTests.Pages;

/// <summary>What password managers, keyboards and screen readers find on the pages.</summary>
public sealed class FormTests(Browser browser, PagesWorld pages)
{
    [Fact]
    public async Task Fields_OfEveryStep_SayWhatTheyAreFor()
    {
        await using var visitor = await pages.NewVisitorAsync(browser);
        await visitor.OpenAsync();
        await HasAsync("#email", ("autocomplete", "username"), ("type", "email"), ("inputmode", "email"), ("autocapitalize", "none"));
        await visitor.GiveAddressAsync();
        await HasAsync("#captcha", ("autocomplete", "off"), ("autocapitalize", "characters"));
        await visitor.GivePictureAsync();
        await HasAsync("#otp", ("autocomplete", "one-time-code"), ("autocapitalize", "characters"), ("inputmode", "text"));
        await visitor.GiveCodeAsync(await pages.World.MailedCodeAsync(visitor.Email));
        await HasAsync("#password", ("autocomplete", "new-password"), ("type", "password"));
        await HasAsync("#repeat", ("autocomplete", "new-password"), ("type", "password"));
        await HasAsync("input[name=username]", ("autocomplete", "username"), ("value", visitor.Email));

        async Task HasAsync(string field, params (string Name, string Value)[] attributes)
        {
            foreach (var (name, value) in attributes)
            {
                await Expect(visitor.Page.Locator(field)).ToHaveAttributeAsync(name, value);
            }
        }
    }

    [Fact]
    public async Task Recovery_ByKeyboardAlone_Works()
    {
        await using var visitor = await pages.NewVisitorAsync(browser);
        var keyboard = visitor.Page.Keyboard;
        await visitor.OpenAsync();
        await Expect(visitor.Page.Locator("#email")).ToBeFocusedAsync();
        await keyboard.TypeAsync(visitor.Email);
        await keyboard.PressAsync("Tab");
        Assert.Contains("2px", await visitor.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outline"), StringComparison.Ordinal);
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#captcha")).ToBeFocusedAsync();
        // Back to the other picture, and there again.
        await keyboard.PressAsync("Shift+Tab");
        await keyboard.PressAsync("Space");
        await Expect(visitor.Page.Locator("#captcha")).ToBeFocusedAsync();
        await keyboard.TypeAsync(RecoveryWorld.Captcha);
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#otp")).ToBeFocusedAsync();
        await keyboard.TypeAsync(await pages.World.MailedCodeAsync(visitor.Email));
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#password")).ToBeFocusedAsync();
        await keyboard.TypeAsync(Visitor.NewPassword);
        await keyboard.PressAsync("Tab");
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#password")).ToHaveAttributeAsync("type", "text");
        await keyboard.PressAsync("Tab");
        await keyboard.TypeAsync(Visitor.NewPassword);
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#done")).ToBeFocusedAsync();
        Assert.Empty(visitor.Opened.Complaints);
    }

    [Fact]
    public async Task Password_Strength_FollowsWhatIsTyped()
    {
        await using var visitor = await pages.NewVisitorAsync(browser, scheme: ColorScheme.Dark);
        await visitor.ToPasswordAsync();
        var word = visitor.Page.Locator("#strength .word");

        foreach (var (password, said) in new[] { ("abc", "Too short"), ("aaaaaaaaaa", "Weak"), ("regen wetter", "Fair"), (Visitor.NewPassword, "Strong") })
        {
            await visitor.Page.FillAsync("#password", password);
            await Expect(word).ToHaveTextAsync(said);
        }

        await visitor.AssertWellAsync("password-strength");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Language_ChosenByHand_StaysAndKeepsTheStep(bool scripts)
    {
        await using var visitor = await pages.NewVisitorAsync(browser, scripts: scripts);
        await visitor.ToCodeAsync();

        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "中文" }).ClickAsync();
        await Expect(visitor.Heading).ToHaveTextAsync("查收邮件");
        await Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh");
        await visitor.Page.ReloadAsync();

        await Expect(visitor.Heading).ToHaveTextAsync("查收邮件");
        Assert.DoesNotContain("?", visitor.Page.Url, StringComparison.Ordinal);
    }
}
