using System.Text;
using Sidecar.Tests.Recovery;
using Sidecar.Verification;

namespace Sidecar.Tests.Contracts;

/// <summary>A sign-up reaches the app with a verified ticket of exactly its address, once, and in one reading only.</summary>
[Collection(nameof(EndpointWorld))]
public sealed class RegistrationGateTests : IDisposable
{
    private const string Register = "/v1/user/register";
    private const string Nora = "nora@example.com";
    private const string Unverified = """{"code":109,"data":false,"message":"email not verified"}""";

    private readonly EndpointWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Register_VerifiedAddress_ReachesTheAppOnceAndAsSent()
    {
        var ticket = await VerifiedAsync(Nora);
        var body = """{ "nickname": "Nora", "email" : "nora@example.com", "password": "x" }""";

        var answer = await _world.SendAsync("POST", Register, body, ticket);

        Assert.Equal(body, Assert.Single(_world.Reached));
        Assert.Equal(_world.AppSays, answer.Answer);
        Assert.StartsWith("sidecar-verify=; expires=", answer.Header("Set-Cookie"), StringComparison.Ordinal);
        Assert.Equal(Unverified, (await _world.SendAsync("POST", Register, body, ticket)).Answer);
        Assert.Single(_world.Reached);
    }

    [Theory]
    [InlineData("""{"code":103,"message":"already registered"}""", true)]
    [InlineData(null, true)]
    [InlineData("<html>", false)]
    public async Task Register_NoSuccess_KeepsTheProofOnlyWhereTheAppSurelyRefused(string? says, bool isKept)
    {
        var ticket = await VerifiedAsync(Nora);
        _world.AppSays = says;
        await SignUpAsync(Nora, ticket);
        _world.AppSays = """{"code":0}""";

        var again = await SignUpAsync(Nora, ticket);

        Assert.Equal(isKept ? """{"code":0}""" : Unverified, again.Answer);
    }

    [Fact]
    public async Task Register_FourAtOnceWithOneTicket_OneReachesTheApp()
    {
        var ticket = await VerifiedAsync(Nora);
        var all = new TaskCompletionSource();
        _world.Meanwhile = () => all.Task;
        var replies = Enumerable.Range(0, 4).Select(_ => SignUpAsync(Nora, ticket)).ToArray();
        all.SetResult();
        await Task.WhenAll(replies);

        Assert.Single(_world.Reached);
    }

    [Fact]
    public async Task Register_WithoutProofOfTheAddress_IsRefused()
    {
        var ticket = await VerifiedAsync(Nora);
        var recovery = await _world.Flow.VerifiedAsync();

        Assert.Equal(Unverified, (await SignUpAsync(Nora, null)).Answer);
        Assert.Equal(Unverified, (await SignUpAsync(Nora, "garbage")).Answer);
        Assert.Equal(Unverified, (await SignUpAsync("other@example.com", ticket)).Answer);
        Assert.Equal(Unverified, (await SignUpAsync(RecoveryWorld.Alice, recovery)).Answer);
        Assert.Equal(Unverified, (await SignUpAsync("n.ora@example.com", ticket)).Answer);
        Assert.Equal(Unverified, (await SignUpAsync(" nora@example.com", ticket)).Answer);
        Assert.Equal(Unverified, (await SignUpAsync("ｎora@example.com", ticket)).Answer);
        Assert.Empty(_world.Reached);
    }

    [Theory]
    [InlineData("""{"email":"nora@example.com","email":"evil@example.com"}""", 101)]
    [InlineData("""{"email":"nora@example.com","Email":"evil@example.com"}""", 101)]
    [InlineData("""{"email":"nora@example.com","em\u0061il":"evil@example.com"}""", 101)]
    [InlineData("""{"Email":"nora@example.com"}""", 101)]
    [InlineData("""{"nickname":"x"}""", 101)]
    [InlineData("", 101)]
    [InlineData("""{"email":["nora@example.com"]}""", 109)]
    [InlineData("""{"email":"nora@example.com"}{"email":"evil@example.com"}""", 100)]
    [InlineData("""{"email":"nora@example.com"} x""", 100)]
    [InlineData("""{"email":"nora@example.com",}""", 100)]
    [InlineData("""{"email":"nora@example.com"/**/}""", 100)]
    [InlineData("""[{"email":"nora@example.com"}]""", 100)]
    [InlineData("\uFEFF{\"email\":\"nora@example.com\"}", 100)]
    [InlineData("""{"email":"nora@example.com","x":"\ud800"}""", 100)]
    public async Task Register_BodyThatReadsAnotherWay_IsRefused(string body, int code)
    {
        var answer = await _world.SendAsync("POST", Register, body, await VerifiedAsync(Nora));

        Assert.StartsWith($"{{\"code\":{code},", answer.Answer, StringComparison.Ordinal);
        Assert.Empty(_world.Reached);
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON; charset=UTF-8", true)]
    [InlineData("application/json;charset=\"utf-8\"", true)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("application/json; charset=utf-7", false)]
    [InlineData("application/json; charset=utf-8; charset=utf-16", false)]
    [InlineData("application/json; profile=x", false)]
    [InlineData("application/json, application/x-www-form-urlencoded", false)]
    [InlineData("application/jsonp", false)]
    [InlineData("application/vnd.api+json", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData(null, false)]
    public async Task Register_ContentType_IsJsonInUtf8(string? type, bool passes)
    {
        var ticket = await VerifiedAsync(Nora);
        await _world.SendAsync("POST", Register, null, ticket, exchange => exchange.Body(Encoding.UTF8.GetBytes($$"""{"email":"{{Nora}}"}"""), type));

        Assert.Equal(passes ? 1 : 0, _world.Reached.Count);
    }

    [Theory]
    [InlineData("Content-Encoding", "gzip")]
    [InlineData("Content-Encoding", "identity")]
    public async Task Register_EncodedBody_IsRefused(string header, string value)
    {
        var ticket = await VerifiedAsync(Nora);
        var answer = await _world.SendAsync("POST", Register, $$"""{"email":"{{Nora}}"}""", ticket, exchange => exchange.With(header, value));

        Assert.Equal("""{"code":101,"data":false,"message":"the body must be application/json in UTF-8"}""", answer.Answer);
        Assert.Empty(_world.Reached);
    }

    [Fact]
    public async Task Register_Utf16OrTooMuch_IsRefused()
    {
        var ticket = await VerifiedAsync(Nora);
        var json = $$"""{"email":"{{Nora}}"}""";

        await _world.SendAsync("POST", Register, null, ticket, exchange => exchange.Body(Encoding.Unicode.GetBytes(json), "application/json"));
        await _world.SendAsync("POST", Register, null, ticket, exchange => exchange.Body(Encoding.UTF32.GetBytes(json), "application/json"));
        var large = await _world.SendAsync("POST", Register, json[..^1] + ",\"x\":\"" + new string('x', 64 * 1024) + "\"}", ticket);

        Assert.Equal("""{"code":101,"data":false,"message":"request body too large"}""", large.Answer);
        Assert.Empty(_world.Reached);
    }

    [Fact]
    public async Task Register_DomainThatMayNot_IsRefusedWhateverIsProven()
    {
        using var world = new EndpointWorld(domains: new DomainRules(["acme.io"], []));
        var answer = await world.SendAsync("POST", Register, $$"""{"email":"{{Nora}}"}""");

        Assert.Equal("""{"code":102,"data":false,"message":"email domain not allowed"}""", answer.Answer);
        Assert.Equal("domain_refused", Assert.Single(world.Log.Events)["outcome"]);
    }

    [Theory]
    [InlineData("post", "guarded")]
    [InlineData("POST", "forbidden")]
    public async Task Register_OtherMethodOrOrigin_IsAnsweredHere(string method, string outcome)
    {
        await _world.SendAsync(method, Register, "{}", change: static exchange => exchange.With("Origin", "https://evil.example.net"));

        Assert.Equal(outcome, Assert.Single(_world.Log.Events)["outcome"]);
    }

    [Fact]
    public async Task Register_VerificationOff_StaysClosed()
    {
        using var world = new EndpointWorld(isOff: true);

        Assert.Equal("""{"code":500,"data":false,"message":"service temporarily unavailable"}""", (await world.SendAsync("POST", Register, $$"""{"email":"{{Nora}}"}""")).Answer);
        Assert.Empty(world.Reached);
    }

    [Fact]
    public async Task Register_ContractNotMounted_StaysClosed()
    {
        var answer = await _world.SendAsync("POST", "/api/v1/users", $$"""{"email":"{{Nora}}"}""", await VerifiedAsync(Nora));

        Assert.Equal(404, answer.Context.Response.StatusCode);
        Assert.Empty(_world.Reached);
    }

    [Fact]
    public async Task Steps_WholeVerification_AreToldUnderTheirPurpose()
    {
        await SignUpAsync(Nora, await VerifiedAsync(Nora));

        Assert.Equal(
            [("captcha", "captcha_issued"), ("otp", "code_sent"), ("verify", "verified"), ("register", "registered")],
            _world.Log.Events.Select(static told => (told["step"], told["outcome"])));
        Assert.All(_world.Log.Events, static told => Assert.Equal(("verification.step", "verification"), (told["event"], told["purpose"])));
    }

    private Task<HttpExchange> SignUpAsync(string email, string? ticket) =>
        _world.SendAsync("POST", Register, $$"""{"nickname":"N","email":"{{email}}","password":"x"}""", ticket);

    /// <summary>All the way over HTTP; no cookie is carried, so the header's ticket is what counts.</summary>
    private async Task<string> VerifiedAsync(string email)
    {
        var shown = await _world.SendAsync("GET", $"/v1/user/verify/captcha?email={email}");
        Assert.StartsWith("sidecar-verify=", shown.Header("Set-Cookie"), StringComparison.Ordinal);
        var sent = await _world.SendAsync("POST", "/v1/user/verify/otp", $$"""{"email":"{{email}}","captcha":"{{RecoveryWorld.Answer}}"}""", shown.Header("Sidecar-Ticket"));
        Assert.Equal("""{"code":0,"data":true,"message":"verification passed, email sent"}""", sent.Answer);
        var verified = await _world.SendAsync(
            "POST", "/v1/user/verify/confirm", $$"""{"email":"{{email}}","otp":"{{_world.Flow.Outbox.LastCode}}"}""", sent.Header("Sidecar-Ticket"));
        Assert.Equal("""{"code":0,"data":true,"message":"email verified"}""", verified.Answer);
        return verified.Header("Sidecar-Ticket");
    }
}
