using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Pages;

/// <summary>What password managers ask, in front of a single-page app that answers 200 to everything.</summary>
public sealed class WellKnownTests
{
    private const string ChangePassword = "/.well-known/change-password";
    private const string Nothing = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task ChangePassword_LeadsToThePage(string method)
    {
        await using var app = await DocumentApp.StartAsync();
        await using var sidecar = await StartAsync(app, "pages.path=/account/recover");

        var answer = await RawHttp.SendAsync(new(sidecar.BaseUrl, method, ChangePassword + "?x"), TestContext.Current.CancellationToken);

        Assert.Equal(302, answer.Status);
        Assert.Equal("/account/recover", answer.Value("Location"));
        Assert.Equal(405, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "POST", ChangePassword), TestContext.Current.CancellationToken)).Status);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    public async Task NameThatNothingHas_IsNotFoundWhateverTheAppSays(string method)
    {
        await using var app = await DocumentApp.StartAsync();
        await using var sidecar = await StartAsync(app);

        Assert.Equal(404, (await RawHttp.SendAsync(new(sidecar.BaseUrl, method, Nothing), TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task PagesOff_LeavesBothToTheApp()
    {
        await using var app = await DocumentApp.StartAsync();
        await using var sidecar = await StartAsync(app, "pages.path=");

        Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", ChangePassword), TestContext.Current.CancellationToken)).Status);
        Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", Nothing), TestContext.Current.CancellationToken)).Status);
    }

    private static Task<SidecarProcess> StartAsync(DocumentApp app, params string[] settings) =>
        SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = settings });
}
