using System.Net;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Pages;

namespace Sidecar.FunctionalTests.Generic;

/// <summary>The hosted pages in front of any app.</summary>
public sealed partial class GenericPageTests
{
    [Fact]
    public async Task Pages_WholeWay_HandTheAppAPlainPasswordAndAnAssertion()
    {
        await using var world = await GenericWorld.StartAsync(settings: ["generic.reset.path=/internal/reset"]);
        using var client = new RecoveryPageTests.Client(world.Sidecar.BaseUrl, new CookieContainer()).Begin();
        await SendAsync("address", "email", GenericWorld.Alice);
        await SendAsync("picture", "captcha", GenericWorld.Captcha);
        await Eventually.TrueAsync(() => world.Mails(GenericWorld.Alice).Count == 1, "no mail came");
        await SendAsync("code", "otp", Code().Match(world.Mails(GenericWorld.Alice)[0].Text!).Value);
        await SendAsync("password", "password", "tetrapod bramble");

        Assert.Contains("id=\"done\"", await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative)), StringComparison.Ordinal);
        var (line, headers, body) = Assert.Single(world.Reached);
        Assert.Equal(("POST /internal/reset", """{"email":"alice@example.com","password":"tetrapod bramble"}"""), (line, body));
        Assert.Equal("recovery", (string?)world.Claims(headers["Sidecar-Assertion"])["purpose"]);

        async Task SendAsync(string step, string field, string value) =>
            (await client.PostAsync(await client.TokenAsync(), [("step", step), (field, value), ("repeat", value)])).Dispose();
    }

    [GeneratedRegex("[A-Z]{8}")]
    private static partial Regex Code();
}
