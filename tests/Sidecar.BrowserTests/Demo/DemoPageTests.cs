using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sidecar.BrowserTests.Hosting;
using Sidecar.FunctionalTests.Demo;
using static Microsoft.Playwright.Assertions;

namespace Sidecar.BrowserTests.Demo;

/// <summary>The demo app's own page recovers a password by the calls of the release it plays.</summary>
public sealed partial class DemoPageTests(Browser browser)
{
    private const string Captcha = "ACE49";

    [Theory]
    [InlineData("Welcome back!")]
    [InlineData("Welcome back!", "--app", "rest")]
    [InlineData("Welcome back!", "--app", "rest-go")]
    [InlineData("Email and password do not match!", "--app", "v1-single")]
    public async Task Page_OfARelease_RecoversByItsCalls(string said, params string[] arguments)
    {
        await using var demo = DemoProcess.Start(DemoProcess.FreePorts(), arguments, ("DOTNET_ENVIRONMENT", "Development"), ("SIDECAR__CAPTCHA__FIXED_ANSWER", Captcha));
        await demo.UntilReadyAsync();
        await using var opened = await browser.OpenAsync();
        var page = opened.Page;

        await page.GotoAsync(demo.Ports.SidecarUrl);
        await page.ClickAsync("#forgot");
        await page.WaitForFunctionAsync("document.getElementById('picture').naturalWidth > 100");
        await page.FillAsync("#captcha input", Captcha);
        await page.ClickAsync("#captcha button");
        await page.FillAsync("#verify input", await CodeAsync(demo));
        await page.ClickAsync("#verify button");
        await page.FillAsync("#reset input", "fresh-password");
        await page.ClickAsync("#reset button");
        await Expect(page.Locator("#said")).ToHaveTextAsync("Password reset successful. Logged in.");
        await page.FillAsync("#login input[type=password]", "fresh-password");
        await page.ClickAsync("#login button:not([type])");

        await Expect(page.Locator("#said")).ToHaveTextAsync(said);
        Assert.Empty(opened.Complaints);
    }

    private static async Task<string> CodeAsync(DemoProcess demo)
    {
        using var http = new HttpClient();
        for (var tries = 0; tries < 100; tries++)
        {
            var mails = JsonNode.Parse(await http.GetStringAsync(new Uri(demo.Ports.InboxUrl + "/api/messages")))!.AsArray();
            if (mails.Count > 0)
            {
                return Code().Match((string)mails[0]!["text"]!).Value;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException("no mail came");
    }

    [GeneratedRegex("(?<![A-Z])[A-Z]{8}(?![A-Z])")]
    private static partial Regex Code();
}
