using System.Net;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Pages;

/// <summary>The recovery page while something behind it is off or down.</summary>
public sealed partial class PageOutageTests
{
    private static readonly Uri Page = new("/user/forget", UriKind.Relative);

    [Fact]
    public async Task RecoveryOff_LanguageSwitch_StillTurnsTheWords()
    {
        await using var app = await DocumentApp.StartAsync();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["recovery.enabled=false"] });
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = new() }) { BaseAddress = sidecar.BaseUrl };

        using var answer = await PostAsync(client, "", ("step", "language"), ("language", "zh"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("暂时不可用", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_DownAndBack_LeavesNoComplaintBesideTheNewPicture()
    {
        await using var world = await RecoveryWorld.StartAsync(new());
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = new() }) { BaseAddress = world.Sidecar.BaseUrl };
        using (await PostAsync(client, await TokenAsync(client), ("step", "address"), ("email", world.NewUser())))
        {
        }

        await world.Redis.KillAsync();
        using var down = await client.GetAsync(Page);
        await world.Redis.StartAsync();
        var back = await RetryAsync(client);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        Assert.Contains("a part of this service is down", await down.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("src=\"data:image/", back, StringComparison.Ordinal);
        Assert.DoesNotContain("a part of this service is down", back, StringComparison.Ordinal);
    }

    private static async Task<string> RetryAsync(HttpClient client)
    {
        using var patience = new CancellationTokenSource(RecoveryWorld.Patience);
        while (true)
        {
            using var answer = await client.GetAsync(Page, patience.Token);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return await answer.Content.ReadAsStringAsync(patience.Token);
            }
        }
    }

    private static async Task<string> TokenAsync(HttpClient client) => Token().Match(await client.GetStringAsync(Page)).Groups[1].Value;

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string token, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent([new("page", token), .. fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))]);
        return await client.PostAsync(Page, form);
    }

    [GeneratedRegex("name=\"page\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
