using Microsoft.Playwright;
using Sidecar.BrowserTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Sidecar.BrowserTests.Pages;

/// <summary>A password recovered from the first page to the last, as all kinds of people and browsers would.</summary>
public sealed class WholeRecoveryTests(Browser browser, PagesWorld pages)
{
    public static TheoryData<string, bool, int, ColorScheme> Browsers()
    {
        var all = new TheoryData<string, bool, int, ColorScheme>();
        foreach (var language in new[] { "en", "zh" })
        {
            foreach (var width in new[] { 320, 768, 1280 })
            {
                all.Add(language, true, width, ColorScheme.Dark);
                all.Add(language, width == 768, width, ColorScheme.Light);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Browsers))]
    public async Task Recovery_InAnyBrowser_EndsWithTheNewPassword(string language, bool scripts, int width, ColorScheme scheme)
    {
        await using var visitor = await pages.NewVisitorAsync(browser, language, scripts, width, scheme);
        var name = $"recovery-{language}-{width}-{(scheme == ColorScheme.Dark ? "dark" : "light")}{(scripts ? "" : "-noscript")}";

        await visitor.OpenAsync();
        await WellAsync("1-address");
        await visitor.GiveAddressAsync();
        await WellAsync("2-picture");
        await visitor.GivePictureAsync();
        await Expect(visitor.Page.Locator("#otp")).ToBeVisibleAsync();
        await WellAsync("3-code");
        await visitor.GiveCodeAsync(await pages.World.MailedCodeAsync(visitor.Email));
        await Expect(visitor.Page.Locator("#password")).ToBeVisibleAsync();
        await WellAsync("4-password");
        await visitor.GivePasswordAsync();
        await Expect(visitor.Heading).ToHaveTextAsync(language == "zh" ? "密码已修改" : "Your password is changed");
        await WellAsync("5-done");

        Assert.True(await LogsInAsync(visitor.Email, Visitor.NewPassword));
        Assert.False(await LogsInAsync(visitor.Email, "old-password"));
        Assert.Empty(visitor.Opened.Complaints);
        var cookies = await visitor.Page.Context.CookiesAsync();
        Assert.DoesNotContain(cookies, static cookie => cookie.Name == "sidecar-flow");
        await visitor.Page.Locator("main a.main").ClickAsync();
        Assert.Equal("/", new Uri(visitor.Page.Url).AbsolutePath);

        Task WellAsync(string step) => scripts ? visitor.AssertWellAsync($"{name}-{step}") : visitor.Opened.ScreenshotAsync($"{name}-{step}");
    }

    private async Task<bool> LogsInAsync(string email, string password)
    {
        using var http = new HttpClient { BaseAddress = pages.World.Sidecar.BaseUrl };
        using var answer = await http.PostAsync(new Uri("/v1/user/login", UriKind.Relative), new StringContent($$"""{"email":"{{email}}","password":"{{pages.World.Encrypt(password)}}"}""", System.Text.Encoding.UTF8, "application/json"));
        return (await answer.Content.ReadAsStringAsync()).Contains("\"code\":0", StringComparison.Ordinal);
    }
}
