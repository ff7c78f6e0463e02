using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sidecar.FunctionalTests.Guard;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Generic;

/// <summary>Any app behind the real binary: what it is told, what clients are told, and what neither ever gets.</summary>
public sealed class GenericTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recovery_WholeWay_ReachesTheAppOnceSigned(bool redis)
    {
        await using var world = await GenericWorld.StartAsync(redis);
        var ticket = await world.ProveAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => world.ResetAsync(ticket, password: $"password-{n}")));

        Assert.Single(replies, static reply => reply.Status == 200);
        Assert.All(replies.Where(static reply => reply.Status != 200), static reply => Assert.Contains(reply.Status, new[] { 403, 429 }));
        var (line, headers, body) = Assert.Single(world.Reached);
        Assert.Equal("POST /user/forget/reset", line);
        Assert.StartsWith("""{"email":"alice@example.com","password":"password-""", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Sidecar-Ticket", headers.Keys);
        var claims = world.Claims(headers["Sidecar-Assertion"]);
        Assert.Equal(("sidecar", "app", "alice@example.com", "recovery"), ((string?)claims["iss"], (string?)claims["aud"], (string?)claims["sub"], (string?)claims["purpose"]));
        Assert.Equal(60, (long)claims["exp"]! - (long)claims["iat"]!);
        Assert.DoesNotContain(headers["Sidecar-Assertion"][..20], world.Sidecar.StandardOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("alice@example.com", world.Sidecar.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("Bearer hush ?email=alice%40example.com", world.Asked);
    }

    [Fact]
    public async Task Reset_AppsWord_DecidesWhatBecomesOfTheProof()
    {
        await using var world = await GenericWorld.StartAsync(settings: ["recovery.cooldown=10s", "generic.reset.path=/internal/reset"]);
        var ticket = await world.ProveAsync();
        world.Answer = static (context, _) => { context.Response.StatusCode = 422; return context.Response.WriteAsync("too short"); };
        var refused = await world.ResetAsync(ticket);
        Assert.Equal((422, "too short"), (refused.Status, Encoding.UTF8.GetString(refused.Body)));
        world.Answer = static async (context, _) =>
        {
            for (var i = 0; i < 40; i++)
            {
                await context.Response.WriteAsync(new string('x', 100_000));
            }
        };
        var taken = await world.ResetAsync(ticket);

        Assert.Equal((200, 4_000_000), (taken.Status, taken.Body.Length));
        Assert.Equal("urn:sidecar:problem:unproven", TypeOf(await world.ResetAsync(ticket)));
        Assert.Equal(["POST /internal/reset", "POST /internal/reset"], world.Reached.Select(static request => request.Line));
        Assert.Equal(2, world.Reached.Select(request => (string?)world.Claims(request.Headers["Sidecar-Assertion"])["jti"]).Distinct().Count());
    }

    [Fact]
    public async Task Code_UnknownAddress_IsAnsweredAlikeAndMailedToNobody()
    {
        await using var world = await GenericWorld.StartAsync();
        var answers = new List<string>();
        foreach (var email in new[] { "nobody@example.com", "somebo@example.com" })
        {
            var shown = await world.PostAsync("/user/forget/captcha", new { email });
            var sent = await world.PostAsync("/user/forget/otp", new { email, captcha = GenericWorld.Captcha }, shown.Value("Sidecar-Ticket"));
            answers.Add($"{sent.Status} {Encoding.UTF8.GetString(sent.Body)} {string.Join(',', sent.Headers.Select(static header => header.Key))}");
        }

        await Eventually.TrueAsync(() => world.Mails("somebo@example.com").Count == 1, "no mail came");
        Assert.Equal(answers[0], answers[1]);
        Assert.Empty(world.Mails("nobody@example.com"));
    }

    [Theory]
    [InlineData("Sidecar-Assertion")]
    [InlineData("sidecar_assertion")]
    [InlineData("SIDECAR-ASSERTION")]
    [InlineData("X-Proven")]
    [InlineData("x_PROVEN")]
    public async Task Assertion_OfAClient_NeverArrives(string name)
    {
        await using var world = await GenericWorld.StartAsync(settings: ["assertion.header=X-Proven"]);
        await world.SendAsync("POST", "/anything", "{}", "application/json", new KeyValuePair<string, string>(name, "forged"), new("X-Other", "kept"));
        var ticket = await world.ProveAsync();
        await world.PostAsync("/user/forget/reset", new { email = GenericWorld.Alice }, ticket, new KeyValuePair<string, string>(name, "forged"));

        var (first, second) = (world.Reached.ElementAt(0), world.Reached.ElementAt(1));
        Assert.Equal("kept", first.Headers["X-Other"]);
        Assert.DoesNotContain("forged", string.Concat(first.Headers.Values), StringComparison.Ordinal);
        Assert.DoesNotContain("forged", string.Concat(second.Headers.Values), StringComparison.Ordinal);
        Assert.Equal(GenericWorld.Alice, (string?)world.Claims(second.Headers["X-Proven"])["sub"]);
    }

    [Fact]
    public async Task Paths_InAnyDisguise_NeverReachTheAppWhereTheContractIsMounted()
    {
        await using var world = await GenericWorld.StartAsync();
        foreach (var path in new[] { "/user/forget/captcha", "/user/forget/otp", "/user/forget/verify", "/user/forget/reset" })
        {
            foreach (var target in GuardedPaths.Disguises(path, world.Sidecar.BaseUrl.Authority))
            {
                await world.SendAsync("POST", target, "{}", "application/json");
                Assert.True(world.Reached.IsEmpty, target);
            }
        }

        await world.SendAsync("POST", "/user/verify/otp", "{}", "application/json");
        Assert.Equal("POST /user/verify/otp", Assert.Single(world.Reached).Line);
    }

    [Fact]
    public async Task Verified_ChosenRequests_TellTheAppWhoAsks()
    {
        await using var world = await GenericWorld.StartAsync(redis: true, "verification.enabled=true", "verification.assert.paths=/account,POST /orders/*", "verification.gate.enabled=true", "verification.gate.paths=/sign-up");
        var ticket = await world.ProveAsync("Nobody1@example.com", "verify");
        KeyValuePair<string, string>[] verified = [new("Sidecar-Ticket", ticket)];
        foreach (var (method, path) in new[] { ("GET", "/account?x=1"), ("POST", "/orders/7"), ("GET", "/orders/7"), ("GET", "/other"), ("GET", "//account") })
        {
            await world.SendAsync(method, path, "", null, verified);
        }

        await world.SendAsync("GET", "/account", "", null, new KeyValuePair<string, string>("Cookie", $"a=b; sidecar-verify={ticket}"));
        await world.SendAsync("GET", "/account", "", null);
        await world.SendAsync("GET", "/account", "", null, new KeyValuePair<string, string>("Sidecar-Ticket", "forged"));
        Assert.Equal("urn:sidecar:problem:unproven", TypeOf(await world.PostAsync("/sign-up", new { email = "other@example.com" }, ticket)));
        Assert.Equal(200, (await world.PostAsync("/sign-up", new { email = "Nobody1@example.com" }, ticket)).Status);
        await world.SendAsync("GET", "/account", "", null, verified);

        var told = world.Reached.Select(request => $"{request.Line} {(request.Headers.TryGetValue("Sidecar-Assertion", out var assertion) ? $"{world.Claims(assertion)["sub"]} {world.Claims(assertion)["purpose"]}" : "-")}").ToArray();
        const string Nobody = "nobody1@example.com verification";
        Assert.Equal(
            [$"GET /account {Nobody}", $"POST /orders/7 {Nobody}", "GET /orders/7 -", "GET /other -", "GET //account -", $"GET /account {Nobody}", "GET /account -", "GET /account -", $"POST /sign-up {Nobody}", "GET /account -"],
            told);
    }

    [Fact]
    public async Task Store_Down_StepsSayUnavailableAndTheAppIsServedWithoutAssertions()
    {
        await using var world = await GenericWorld.StartAsync(redis: true, "verification.enabled=true", "verification.assert.paths=/account");
        var ticket = await world.ProveAsync("nobody2@example.com", "verify");
        await world.Redis!.KillAsync();

        Assert.Equal("urn:sidecar:problem:unavailable", TypeOf(await world.PostAsync("/user/forget/captcha", new { email = GenericWorld.Alice })));
        Assert.Equal(200, (await world.SendAsync("GET", "/account", "", null, new KeyValuePair<string, string>("Sidecar-Ticket", ticket))).Status);
        Assert.DoesNotContain("Sidecar-Assertion", Assert.Single(world.Reached).Headers.Keys);
    }

    [Fact]
    public async Task Documents_OfTheManagementPort_AreTheKeysAndTheContract()
    {
        await using var world = await GenericWorld.StartAsync();
        var keys = await world.ManagementAsync("/.well-known/jwks.json");
        var set = JsonNode.Parse(keys.Body)!["keys"]!.AsArray();

        Assert.Equal("application/jwk-set+json", keys.Value("Content-Type"));
        Assert.Equal(("first", "ES256", null), ((string?)set[0]!["kid"], (string?)set[0]!["alg"], (string?)set[0]!["d"]));
        Assert.Equal("3.1.0", (string?)JsonNode.Parse((await world.ManagementAsync("/openapi.json")).Body)!["openapi"]);
        await world.SendAsync("GET", "/openapi.json", "", null);
        await world.SendAsync("GET", "/.well-known/jwks.json", "", null);
        Assert.Equal(2, world.Reached.Count);
    }

    [Fact]
    public async Task Contract_WithoutAKey_IsAClearFaultAndServesTheApp()
    {
        await using var world = await GenericWorld.StartAsync();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = world.Sidecar.BaseUrl, Settings = ["contracts.0=generic"] });
        var answer = await RawHttp.SendAsync(new(sidecar.BaseUrl, "POST", "/user/forget/reset") { Headers = [new("Content-Type", "application/json")], Body = "{}"u8.ToArray() }, TestContext.Current.CancellationToken);

        Assert.Equal((503, "urn:sidecar:problem:unavailable"), (answer.Status, TypeOf(answer)));
        Assert.Contains("assertion.keys", sidecar.StandardOutput + sidecar.StandardError, StringComparison.Ordinal);
        Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/"), TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task Check_AnyApp_LooksAtItsResetAndItsAccounts()
    {
        await using var world = await GenericWorld.StartAsync();
        var settings = world.Sidecar.ConfigurationDirectory;
        string[] sets = ["check", "--json", "--config", settings, "--set", "contracts.0=generic", "--set", $"listeners.0.upstream={world.AppAddress}", "--set", "accounts.kind=http", "--set", $"accounts.http.url={world.AppAddress}internal/accounts?email={{email}}"];
        var open = await SidecarCommand.RunAsync(sets);
        world.Answer = static (context, _) => { context.Response.StatusCode = 403; return Task.CompletedTask; };
        var shut = await SidecarCommand.RunAsync(sets);

        Assert.Contains("takes a reset without an assertion (200)", open.Output, StringComparison.Ordinal);
        Assert.Contains("refuses a reset without an assertion (403)", shut.Output, StringComparison.Ordinal);
        Assert.Contains("a made-up address is said to have an account", shut.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("as a RAGFlow does", shut.Output, StringComparison.Ordinal);
    }

    private static string? TypeOf(RawResponse answer) => (string?)JsonNode.Parse(answer.Body)!["type"];
}
