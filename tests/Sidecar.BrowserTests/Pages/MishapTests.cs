using Microsoft.Playwright;
using Sidecar.BrowserTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Sidecar.BrowserTests.Pages;

/// <summary>What goes wrong for people on the pages, and what the pages then say to do.</summary>
public sealed class MishapTests(Browser browser, PagesWorld pages)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Address_Wrong_IsKeptAndSaidHowToRight(bool scripts)
    {
        await using var visitor = await pages.NewVisitorAsync(browser, scripts: scripts);
        await visitor.OpenAsync();

        await visitor.GiveAddressAsync("alice at example");

        await Expect(visitor.Notice).ToContainTextAsync("name@example.com");
        await Expect(visitor.Notice).ToBeFocusedAsync();
        await Expect(visitor.Page.Locator("#email")).ToHaveValueAsync("alice at example");
        await Expect(visitor.Page.Locator("#email")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(visitor.Page).ToHaveTitleAsync("Error: Reset your password · Demo app");
        if (scripts)
        {
            await visitor.AssertWellAsync("error-address");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Picture_WrongAnswer_BringsAnotherPicture(bool scripts)
    {
        await using var visitor = await pages.NewVisitorAsync(browser, scripts: scripts);
        await visitor.OpenAsync();
        await visitor.GiveAddressAsync();
        var first = await visitor.Page.Locator(".picture img").GetAttributeAsync("src");

        await visitor.GivePictureAsync("WRONG");

        await Expect(visitor.Notice).ToContainTextAsync("Here is another picture");
        Assert.NotEqual(first, await visitor.Page.Locator(".picture img").GetAttributeAsync("src"));
        if (scripts)
        {
            await visitor.AssertWellAsync("error-picture");
        }

        await visitor.GivePictureAsync();
        await Expect(visitor.Page.Locator("#otp")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Code_Wrong_IsSaidWithoutReloadAndWithoutHistory()
    {
        await using var visitor = await pages.NewVisitorAsync(browser);
        var code = await visitor.ToCodeAsync();
        await visitor.Page.EvaluateAsync("window.kept = true");
        var history = await visitor.Page.EvaluateAsync<int>("history.length");

        await visitor.GiveCodeAsync("AAAAAAAA");

        await Expect(visitor.Notice).ToContainTextAsync("This is not the code");
        await Expect(visitor.Notice).ToBeFocusedAsync();
        Assert.True(await visitor.Page.EvaluateAsync<bool>("window.kept === true"));
        Assert.Equal(history, await visitor.Page.EvaluateAsync<int>("history.length"));
        await visitor.AssertWellAsync("error-code");
        // As people paste it from a mail that spaces it.
        await visitor.Page.Locator("#otp").EvaluateAsync(
            "(field, code) => { field.focus(); const data = new DataTransfer(); data.setData('text', code); field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }",
            $" {code[..4].ToLowerInvariant()} {code[4..]}\n");
        await Expect(visitor.Page.Locator("#otp")).ToHaveValueAsync(code);
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#password")).ToBeFocusedAsync();
        Assert.Empty(visitor.Opened.Complaints);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Code_WrongTooOften_LocksAndOffersANewStart(bool scripts)
    {
        await using var visitor = await pages.NewVisitorAsync(browser, scripts: scripts, scheme: ColorScheme.Dark);
        await visitor.ToCodeAsync();

        for (var i = 0; i < 6; i++)
        {
            await Expect(visitor.Page.Locator("#otp")).ToHaveValueAsync("");
            await visitor.GiveCodeAsync($"AAAAAAA{(char)('A' + i)}");
            await Expect(visitor.Notice).ToBeVisibleAsync();
        }

        await Expect(visitor.Notice).ToContainTextAsync("closed for 30 minutes");
        await Expect(visitor.Page.Locator("#otp")).ToHaveCountAsync(0);
        if (scripts)
        {
            await visitor.AssertWellAsync("locked");
        }

        await visitor.PressAsync("again");
        await Expect(visitor.Page.Locator("#captcha")).ToBeVisibleAsync();
        await visitor.GivePictureAsync();
        await Expect(visitor.Notice).ToContainTextAsync("You can ask for another one in");
        if (scripts)
        {
            await visitor.AssertWellAsync("cooling");
        }
    }

    [Theory]
    [InlineData("short", "at least 8")]
    [InlineData("Sunshine1", "tried first")]
    [InlineData("ragflow-demo app", "once more")]
    [InlineData("DemoApp1", "too close")]
    public async Task Password_ThatWillNotDo_SaysWhatWould(string password, string said)
    {
        await using var visitor = await pages.NewVisitorAsync(browser);
        await visitor.ToPasswordAsync();

        await visitor.GivePasswordAsync(password, said == "once more" ? "another" : password);

        await Expect(visitor.Notice).ToContainTextAsync(said == "once more" ? "not the same" : said);
        await Expect(visitor.Page.Locator("#password")).ToHaveValueAsync("");
        await visitor.AssertWellAsync($"error-password-{said.Replace(' ', '-')}");
    }

    [Fact]
    public async Task Password_LongerThanTheAppTakes_IsRefusedInWords()
    {
        await using var visitor = await pages.NewVisitorAsync(browser);
        await visitor.ToPasswordAsync();

        await visitor.GivePasswordAsync(string.Concat(Enumerable.Repeat("längere ", 21)));
        await Expect(visitor.Notice).ToContainTextAsync("too long for Demo app");
        // 183 bytes of UTF-8 are what RSA-2048 takes.
        await visitor.GivePasswordAsync(new string('ü', 90) + "abc");
        await Expect(visitor.Heading).ToHaveTextAsync("Your password is changed");
    }

    [Fact]
    public async Task Connection_Lost_IsSaidAndTheButtonWorksAgain()
    {
        await using var visitor = await pages.NewVisitorAsync(browser);
        await visitor.OpenAsync();
        await visitor.Page.Context.SetOfflineAsync(true);
        await visitor.Page.FillAsync("#email", visitor.Email);
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Notice).ToContainTextAsync("The connection failed");

        await visitor.Page.Context.SetOfflineAsync(false);
        await visitor.Page.Locator("button.main").ClickAsync();

        await Expect(visitor.Page.Locator("#captcha")).ToBeVisibleAsync();
    }
}
