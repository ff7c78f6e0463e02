using Sidecar.FunctionalTests.Guard;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Verification;

/// <summary>From an address to an account, over Redis and through the app's own sign-up.</summary>
public sealed class VerificationTests(VerifyingWorld verifying) : IClassFixture<VerifyingWorld>
{
    private const string Unproven = "109 email not verified";

    private readonly RecoveryWorld world = verifying.World;

    [Theory]
    [InlineData("v1-verify")]
    [InlineData("rest-verify")]
    public async Task SignUp_VerifiedAddress_IsTheAppsOnce(string contract)
    {
        var email = verifying.Newcomer();
        var client = world.NewClient(contract: contract);
        Assert.Equal(Unproven, (await client.RegisterAsync(email)).Words);
        await client.ProveAsync(email);
        client.Ticket = client.Given;

        Assert.Equal("0 Newcomer, welcome aboard!", (await client.RegisterAsync(email)).Words);
        Assert.Equal(Unproven, (await client.RegisterAsync(email)).Words);
        Assert.True(world.App.Users.PasswordIs(email, "fresh-password"));
        Assert.Equal("verify-code", await TemplateOfAsync(email));
    }

    [Fact]
    public async Task SignUp_InMemory_IsTheAppsOnce()
    {
        await using var memory = await RecoveryWorld.StartAsync(new() { Settings = [.. VerifyingWorld.Settings, "store.kind=memory"] });
        var client = memory.NewClient(contract: "v1-verify");
        await client.ProveAsync("memo@example.com");

        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.RegisterAsync("memo@example.com")));

        Assert.Single(replies, static reply => reply.Code == 0);
    }

    [Fact]
    public async Task SignUp_FourAtOnceWithOneTicket_OneReachesTheApp()
    {
        var email = verifying.Newcomer();
        var client = world.NewClient(contract: "v1-verify");
        await client.ProveAsync(email);
        client.Ticket = client.Given;

        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => client.RegisterAsync(email, $"N{n}")));

        // Had a second one reached the app, it would have said 103.
        Assert.Single(replies, static reply => reply.Code == 0);
        Assert.All(replies.Where(static reply => reply.Code != 0), static reply => Assert.Contains(reply.Code, new int?[] { 10, 109 }));
    }

    [Fact]
    public async Task SignUp_RefusedByTheApp_LeavesTheTicketUsable()
    {
        var email = verifying.Newcomer();
        var client = world.NewClient(contract: "v1-verify");
        await client.ProveAsync(email);

        Assert.Equal(101, (await client.PostAsync(client.Path("register"), ("email", email))).Code);
        Assert.Equal(0, (await client.RegisterAsync(email)).Code);
    }

    [Fact]
    public async Task SignUp_OtherAddressThanTheTickets_IsUnproven()
    {
        var (mine, other) = (verifying.Newcomer(), verifying.Newcomer());
        var client = world.NewClient(contract: "v1-verify");
        await client.ProveAsync(mine);

        Assert.Equal(Unproven, (await client.RegisterAsync(other)).Words);
        Assert.Equal("102 email domain not allowed", (await client.RegisterAsync("x@refused.example.com")).Words);
        var smuggled = await client.SendAsync("POST", client.Path("register"), "application/json", $$"""{"nickname":"x","password":"x","email":"{{mine}}","EMAIL":"{{other}}"}""");
        Assert.Equal("101 a field is given twice", smuggled.Words);
        Assert.Null(world.App.Users.Find(other));
    }

    [Fact]
    public async Task Otp_AddressWithAnAccount_IsToldByMailAlone()
    {
        var email = world.NewUser();
        var client = world.NewClient(contract: "v1-verify");
        await client.CaptchaAsync(email);
        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync(email)).Words);
        await RedisServer.UntilAsync(async () => await world.CountMailsAsync(email) == 1, RecoveryWorld.Patience, "no mail came");

        Assert.Equal("verify-exists", await TemplateOfAsync(email));
        Assert.Equal("109 expired otp", (await client.VerifyAsync(email, "AAAAAAAA")).Words);
    }

    [Fact]
    public async Task Proofs_OfTheOtherPurpose_AreNone()
    {
        var (user, newcomer) = (world.NewUser(), verifying.Newcomer());
        var (recovers, verifies) = (world.NewClient(), world.NewClient(contract: "v1-verify"));
        await recovers.ProveAsync(user);
        await verifies.ProveAsync(newcomer);

        (recovers.Ticket, verifies.Ticket) = (verifies.Given, recovers.Given);
        Assert.Equal(Unproven, (await recovers.ResetAsync(newcomer)).Words);
        Assert.Equal(Unproven, (await verifies.RegisterAsync(user)).Words);
        Assert.Equal(0, world.Flags.Asked(newcomer));
    }

    [Fact]
    public async Task SignUp_InAnyDisguiseWithoutATicket_NeverReachesTheApp()
    {
        var client = world.NewClient();
        foreach (var path in new[] { "/v1/user/register", "/api/v1/users" })
        {
            foreach (var (target, i) in GuardedPaths.Disguises(path, world.Sidecar.BaseUrl.Authority).Select(static (target, i) => (target, i)))
            {
                var email = $"sneak{i}@{path.Length}.example.com";
                await client.SendAsync("POST", target, "application/json", $$"""{"nickname":"x","email":"{{email}}","password":"{{world.Encrypt("x")}}"}""");
                Assert.True(world.App.Users.Find(email) is null, target);
            }
        }
    }

    [Theory]
    [InlineData("GET", "/api/v1/users")]
    [InlineData("OPTIONS", "/v1/user/register")]
    [InlineData("DELETE", "/api/v1//users?x=%2F")]
    public async Task OtherMethods_OfTheSignUpsPath_AreTheApps(string method, string target) => await SameAsAppAsync(world, method, target, "");

    /// <summary>What the app says through the sidecar is what it says itself.</summary>
    internal static async Task SameAsAppAsync(RecoveryWorld world, string method, string target, string body)
    {
        List<KeyValuePair<string, string>> headers = body.Length > 0 ? [new("Content-Type", "application/json")] : [];
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        var through = await RawHttp.SendAsync(new(world.Sidecar.BaseUrl, method, target) { Headers = headers, Body = bytes }, default);
        var direct = await RawHttp.SendAsync(new(world.App.Address, method, target) { Headers = headers, Body = bytes }, default);

        Assert.Equal((direct.Status, System.Text.Encoding.UTF8.GetString(direct.Body)), (through.Status, System.Text.Encoding.UTF8.GetString(through.Body)));
        Assert.Equal(Named(direct), Named(through));
        static IEnumerable<string> Named(RawResponse answer) => answer.Headers.Where(static h => h.Key is not ("Date" or "Server")).Select(static h => $"{h.Key}: {h.Value}").Order();
    }

    private async Task<string> TemplateOfAsync(string email) =>
        ((string)(await world.ReadMailsAsync(email))[^1]["subject"]!).Contains("already have", StringComparison.Ordinal) ? "verify-exists" : "verify-code";
}
