using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;
using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Reload;

/// <summary>Settings that change below the real binary while it serves.</summary>
public sealed class ReloadTests
{
    private readonly string pepper = KeyRing.NewSecret();
    private readonly (string Id, string Secret) a = ("a", KeyRing.NewSecret());
    private readonly (string Id, string Secret) b = ("b", KeyRing.NewSecret());
    private int asked;

    [Fact]
    public async Task Limits_Changed_RefuseAtTheNewNumber()
    {
        await using var world = await StartAsync("limits.client.mode=on", "client_address.trusted_proxies.0=127.0.0.1");

        await ChangeAsync(world, Keys(a) + "limits: { client: { permits: 3 } }\n", "limits.client.permits: 60 -> 3, in force");

        var client = world.NewClient().From("203.0.113.9");
        var email = world.NewUser();
        for (var i = 0; i < 3; i++)
        {
            Assert.DoesNotContain("wait", (await client.VerifyAsync(email, "AAAAAAAA")).Words, StringComparison.Ordinal);
        }

        var refused = await client.VerifyAsync(email, "AAAAAAAA");
        Assert.Contains("you still have to wait", refused.Words, StringComparison.Ordinal);
        Assert.Equal("\"client\";q=3;w=60", refused.Header("RateLimit-Policy"));
    }

    [Fact]
    public async Task ForwardedLimit_AddedAndTakenAway_HoldsMeanwhile()
    {
        await using var world = await StartAsync();
        Task<Reply> LogIn() => world.NewClient().SendAsync("GET", "/demo/echo/login");

        await ChangeAsync(world, Keys(a) + "limits: { forwarded: [{ path: /demo/echo/login, permits: 1 }] }\n", "limits.forwarded[0].path:  -> /demo/echo/login, in force");
        Assert.Equal(200, (await LogIn()).Status);
        Assert.Equal(429, (await LogIn()).Status);

        await ChangeAsync(world, Keys(a), "limits.forwarded[0].path: /demo/echo/login -> , in force");
        Assert.Equal(200, (await LogIn()).Status);
    }

    [Fact]
    public async Task Change_BrokenThenRight_IsRefusedWholeThenTaken()
    {
        await using var world = await StartAsync("limits.client.mode=on", "client_address.trusted_proxies.0=127.0.0.1");
        await ChangeAsync(world, Keys(b, a) + "limits: { client: { permits: 50 }\n", "is not valid YAML");
        Assert.Contains("nothing of the change is used", world.Log, StringComparison.Ordinal);
        await ChangeAsync(world, Keys(b, a) + "limits: { client: { permits: 50 }, captcha: { window: soon } }\n", "limits.captcha.window: soon: is not a duration. Fix: ");

        Assert.Equal("\"client\";q=60;w=60", await PolicyAsync(world));
        await Eventually.TrueAsync(async () => Regex.IsMatch(await MetricsAsync(world), @"(?m)^sidecar_config_refused(\{[^}]*\})? 1\b"), "the metric says so");
        Assert.Contains("outcome=\"refused\"", await MetricsAsync(world), StringComparison.Ordinal);
        Assert.Equal("failing", (await ReadyAsync(world))["checks"]!["config"]!["status"]!.GetValue<string>());
        Assert.DoesNotContain(b.Secret, world.Log, StringComparison.Ordinal);

        await ChangeAsync(world, Keys(b, a) + "limits: { client: { permits: 50 } }\n", "limits.client.permits: 60 -> 50, in force");

        Assert.Equal("\"client\";q=50;w=60", await PolicyAsync(world));
        await Eventually.TrueAsync(async () => Regex.IsMatch(await MetricsAsync(world), @"(?m)^sidecar_config_refused(\{[^}]*\})? 0\b"), "the metric says so");
        Assert.Equal("ok", (await ReadyAsync(world))["checks"]!["config"]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Change_FourInARow_TheLastHolds()
    {
        await using var world = await StartAsync("limits.client.mode=on", "client_address.trusted_proxies.0=127.0.0.1");
        for (var permits = 41; permits <= 44; permits++)
        {
            Write(world, Keys(a) + $"limits: {{ client: {{ permits: {permits} }} }}\n");
            world.Sidecar.HangUp();
        }

        await Eventually.TrueAsync(() => world.Log.Contains("-> 44, in force", StringComparison.Ordinal), "the last change is in force\n" + world.Log);
        Assert.Equal("\"client\";q=44;w=60", await PolicyAsync(world));
    }

    [Fact]
    public async Task Keys_RotatedWhileCodesAreInFlight_LoseNone()
    {
        await using var world = await StartAsync();
        var (early, late) = (world.NewUser(), world.NewUser());
        var (first, second) = (world.NewClient(), world.NewClient());
        var code = await first.StartAsync(early);

        await ChangeAsync(world, Keys(b, a), "keys[0].id: a -> b, in force");
        Assert.Equal("0 otp verified", (await first.VerifyAsync(early, code)).Words);
        var codeOfNewKey = await second.StartAsync(late);
        var codeOfOldKey = await StartWithOldKeyAsync(world);

        await ChangeAsync(world, Keys(b), "keys[1].id: a -> , in force");
        Assert.Equal("0 otp verified", (await second.VerifyAsync(late, codeOfNewKey)).Words);
        Assert.Equal("10 expired otp", (await codeOfOldKey.Client.VerifyAsync(codeOfOldKey.Email, codeOfOldKey.Code)).Words);
        Assert.DoesNotContain(a.Secret, world.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(b.Secret, world.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listener_Changed_IsSaidToWaitWhileTheRestIsTaken()
    {
        await using var world = await StartAsync();

        await ChangeAsync(world, Keys(a) + "recovery: { cooldown: 90s }\nlimits: { client: { permits: 50 } }\n", "recovery.cooldown: 1m -> 90s, takes effect after a restart");

        Assert.Contains("limits.client.permits: 60 -> 50, in force", world.Log, StringComparison.Ordinal);
        var config = (await ReadyAsync(world))["checks"]!["config"]!;
        Assert.Equal("ok", config["status"]!.GetValue<string>());
        Assert.Contains("recovery.cooldown", config["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    /// <summary>A code that the old key signed: the ring is turned back for as long as that takes.</summary>
    private async Task<(RecoveryClient Client, string Email, string Code)> StartWithOldKeyAsync(RecoveryWorld world)
    {
        await ChangeAsync(world, Keys(a, b), "keys[0].id: b -> a, in force");
        var (client, email) = (world.NewClient(), world.NewUser());
        var code = await client.StartAsync(email);
        await ChangeAsync(world, Keys(b, a), "keys[0].id: a -> b, in force", times: 2);
        return (client, email, code);
    }

    private Task<RecoveryWorld> StartAsync(params string[] settings) => RecoveryWorld.StartAsync(new() { Keys = Keys(a), Settings = settings });

    private string Keys(params (string Id, string Secret)[] ring) =>
        $"keys:\n{string.Concat(ring.Select(static key => $"  - id: {key.Id}\n    secret: \"{key.Secret}\"\n"))}pepper: \"{pepper}\"\n";

    private static void Write(RecoveryWorld world, string text) => File.WriteAllText(Path.Combine(world.Sidecar.ConfigurationDirectory, "sidecar.yaml"), text);

    private static async Task ChangeAsync(RecoveryWorld world, string text, string told, int times = 1)
    {
        Write(world, text);
        world.Sidecar.HangUp();
        await Eventually.TrueAsync(() => world.Log.Split(told).Length > times, $"{told}\n{world.Log}");
    }

    /// <summary>The numbers of the client limit, as the first refusal tells them to a client that is new.</summary>
    private async Task<string?> PolicyAsync(RecoveryWorld world)
    {
        var (client, email) = (world.NewClient().From($"203.0.113.{++asked}"), world.NewUser());
        for (var i = 0; i < 70; i++)
        {
            if ((await client.VerifyAsync(email, "AAAAAAAA")).Header("RateLimit-Policy") is { } policy)
            {
                return policy;
            }
        }

        return null;
    }

    private static async Task<string> MetricsAsync(RecoveryWorld world) =>
        System.Text.Encoding.UTF8.GetString((await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/metrics"), default)).Body);

    private static async Task<JsonNode> ReadyAsync(RecoveryWorld world) => JsonNode.Parse((await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/readyz"), default)).Body)!;
}
