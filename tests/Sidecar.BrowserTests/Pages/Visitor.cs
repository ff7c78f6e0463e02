using Microsoft.Playwright;
using Sidecar.BrowserTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.BrowserTests.Pages;

/// <summary>Somebody at the recovery pages, who reads and presses what is there.</summary>
internal sealed class Visitor(RecoveryWorld world, BrowserPage opened, string email) : IAsyncDisposable
{
    public const string NewPassword = "correct horse battery staple";

    public IPage Page => opened.Page;

    public string Email => email;

    public BrowserPage Opened => opened;

    public ILocator Heading => Page.Locator("h1");

    public ILocator Notice => Page.Locator("#notice");

    public Task OpenAsync() => Page.GotoAsync(new Uri(world.Sidecar.BaseUrl, "/user/forget").ToString());

    /// <summary>Another window of the same browser.</summary>
    public async Task<Visitor> AnotherWindowAsync() => new(world, new BrowserPage(Page.Context, await Page.Context.NewPageAsync()), email);

    public async Task GiveAddressAsync(string? address = null)
    {
        await Page.FillAsync("#email", address ?? email);
        await SubmitAsync("#email");
        await Page.WaitForSelectorAsync("#captcha, #notice");
    }

    public async Task GivePictureAsync(string answer = RecoveryWorld.Captcha)
    {
        await Page.FillAsync("#captcha", answer);
        await SubmitAsync("#captcha");
    }

    public async Task GiveCodeAsync(string code)
    {
        await Page.FillAsync("#otp", code);
        await SubmitAsync("#otp");
    }

    public async Task GivePasswordAsync(string password = NewPassword, string? repeat = null)
    {
        await Page.FillAsync("#password", password);
        await Page.FillAsync("#repeat", repeat ?? password);
        await SubmitAsync("#password");
    }

    /// <summary>As far as the field for the code; returns the code that was mailed.</summary>
    public async Task<string> ToCodeAsync()
    {
        await OpenAsync();
        await GiveAddressAsync();
        await GivePictureAsync();
        await Page.WaitForSelectorAsync("#otp");
        return await world.MailedCodeAsync(email);
    }

    public async Task ToPasswordAsync()
    {
        await GiveCodeAsync(await ToCodeAsync());
        await Page.WaitForSelectorAsync("#password");
    }

    public Task PressAsync(string step) => Page.Locator($"form:has(input[name=step][value={step}]) button").ClickAsync();

    /// <summary>Nothing is wider than the window, and axe finds nothing to mind.</summary>
    public async Task AssertWellAsync(string name)
    {
        await opened.ScreenshotAsync(name);
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{name} is wider than its window");
        Assert.Empty(await AxeCheck.RunAsync(Page));
    }

    public ValueTask DisposeAsync() => opened.DisposeAsync();

    private Task SubmitAsync(string field) => Page.Locator($"form:has({field}) button.main").ClickAsync();
}
