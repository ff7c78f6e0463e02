using System.Net;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Pages;

/// <summary>The page that verifies an address, in front of a gate with rules of its own.</summary>
public sealed partial class VerificationPageTests
{
    private static readonly Uri Page = new("/user/verify", UriKind.Relative);

    [Theory]
    [InlineData("true", "a@refused.test", true)]
    [InlineData("true", "a@sub.REFUSED.test", true)]
    [InlineData("true", "a@r\u00e9fused.test", true)]
    [InlineData("true", "a@other.test", false)]
    [InlineData("false", "a@refused.test", false)]
    public async Task Address_OfADomainThatCannotSignUp_IsToldBeforeAnyMail(string gate, string address, bool isRefused)
    {
        await using var app = await DocumentApp.StartAsync();
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = app.Address,
            Settings =
            [
                "store.kind=memory", "smtp.mail_server=127.0.0.1", "smtp.mail_use_ssl=false", "smtp.mail_port=9", "smtp.mail_default_sender=sidecar@example.com",
                "verification.enabled=true", $"verification.gate.enabled={gate}", "verification.gate.refused_domains.0=refused.test", "verification.gate.refused_domains.1=*.refused.test",
            ],
        });
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = new() }) { BaseAddress = sidecar.BaseUrl };
        var token = Token().Match(await client.GetStringAsync(Page)).Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("page", token), new("step", "address"), new("email", address)]);
        using var answer = await client.PostAsync(Page, form);
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(isRefused, page.Contains("cannot sign up", StringComparison.Ordinal));
        Assert.Equal(!isRefused, page.Contains("src=\"data:image/", StringComparison.Ordinal));
    }

    [GeneratedRegex("name=\"page\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
