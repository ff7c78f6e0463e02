using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Generic;

/// <summary>The examples of an app's side do what they show: behind the sidecar, and against everything that is not its word.</summary>
public sealed class ExampleTests
{
    [Theory]
    [InlineData("aspnetcore")]
    [InlineData("express")]
    public async Task Example_BehindTheSidecar_TakesItsWordOnceAndNobodyElses(string name)
    {
        await using var world = await GenericWorld.StartAsync();
        await using var app = await StartAsync(name, world);
        using var http = new HttpClient { BaseAddress = app.Address };
        world.Answer = async (context, body) =>
        {
            using var answer = await SendAsync(http, context.Request.Headers["Sidecar-Assertion"], body);
            context.Response.StatusCode = (int)answer.StatusCode;
            await context.Response.WriteAsync(await answer.Content.ReadAsStringAsync());
        };
        var ticket = await world.ProveAsync();
        Assert.Equal(422, (await world.ResetAsync(ticket, password: "short")).Status);
        Assert.Equal(200, (await world.ResetAsync(ticket)).Status);
        Assert.Equal((200, 401), (await LogInAsync(http, "fresh-password"), await LogInAsync(http, "alice-password")));

        var used = world.Reached.Last().Headers["Sidecar-Assertion"];
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var good = world.Forge(Claims(now));
        string?[] refused =
        [
            used, null, "", "x.y.z", good[..^4] + "AAAA", Unsigned(good),
            world.Forge(Claims(now, issuer: "other")), world.Forge(Claims(now, audience: "other")), world.Forge(Claims(now, purpose: "verification")),
            world.Forge(Claims(now - 120)), world.Forge(Claims(now), id: "unknown"), world.Forge(Claims(now, subject: "stranger@example.com")),
            world.Forge(new { iss = "sidecar", aud = "app", sub = GenericWorld.Alice, purpose = "recovery", jti = "no-end" }),
            world.Forge(new { iss = "sidecar", aud = "app", sub = GenericWorld.Alice, purpose = "recovery", iat = now, exp = now + 60 }),
        ];
        foreach (var (assertion, i) in refused.Select(static (assertion, i) => (assertion, i)))
        {
            using var answer = await SendAsync(http, assertion, """{"email":"alice@example.com","password":"stolen-password"}""");
            Assert.True((int)answer.StatusCode == 403, $"{i}: {answer.StatusCode}");
        }

        Assert.Equal(200, await LogInAsync(http, "fresh-password"));
        using var last = await SendAsync(http, world.Forge(Claims(now)), """{"email":"alice@example.com","password":"another-password"}""");
        Assert.Equal((200, 200), ((int)last.StatusCode, await LogInAsync(http, "another-password")));
    }

    [Fact]
    public async Task Assertion_TheSame_IsTakenByBothExamplesAndOnceByEach()
    {
        await using var world = await GenericWorld.StartAsync();
        await using var first = await StartAsync("aspnetcore", world);
        await using var second = await StartAsync("express", world);
        await world.ResetAsync(await world.ProveAsync());
        var assertion = world.Reached.Single().Headers["Sidecar-Assertion"];
        foreach (var app in new[] { first, second })
        {
            using var http = new HttpClient { BaseAddress = app.Address };
            var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
            {
                using var answer = await SendAsync(http, assertion, $$"""{"email":"whoever@example.com","password":"password-{{n}}"}""");
                return (int)answer.StatusCode;
            }));

            Assert.Equal([200, 403, 403, 403, 403, 403, 403, 403], statuses.Order());
        }
    }

    private static Task<ExampleApp> StartAsync(string name, GenericWorld world)
    {
        var keySet = new Uri(world.Sidecar.ManagementUrl, "/.well-known/jwks.json");
        return name == "express" ? ExampleApp.StartExpressAsync(keySet) : ExampleApp.StartAspNetCoreAsync(keySet);
    }

    private static object Claims(long now, string issuer = "sidecar", string audience = "app", string purpose = "recovery", string subject = GenericWorld.Alice) =>
        new { iss = issuer, aud = audience, sub = subject, purpose, iat = now, exp = now + 60, jti = Guid.NewGuid().ToString() };

    /// <summary>The same claims under no algorithm.</summary>
    private static string Unsigned(string assertion) => $"{System.Buffers.Text.Base64Url.EncodeToString("""{"alg":"none"}"""u8)}.{assertion.Split('.')[1]}.";

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string? assertion, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/user/forget/reset") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Sidecar-Assertion", assertion);
        return await http.SendAsync(request);
    }

    private static async Task<int> LogInAsync(HttpClient http, string password)
    {
        using var body = new StringContent($$"""{"email":"alice@example.com","password":"{{password}}"}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri("/login", UriKind.Relative), body);
        return (int)answer.StatusCode;
    }
}
