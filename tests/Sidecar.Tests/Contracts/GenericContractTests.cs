using System.Net;
using System.Text;
using System.Text.Json;
using Sidecar.Contracts;
using Sidecar.Recovery;
using Sidecar.Tests.Recovery;
using Sidecar.Throttling;

namespace Sidecar.Tests.Contracts;

/// <summary>The generic contract over the real flow: what each outcome is in it, and what the app gets to see.</summary>
[Collection(nameof(EndpointWorld))]
public sealed class GenericContractTests : IDisposable
{
    private const string Captcha = "/user/forget/captcha";
    private const string Otp = "/user/forget/otp";
    private const string Verify = "/user/forget/verify";
    private const string Reset = "/user/forget/reset";
    private const string Alice = """{"email":"alice@example.com"}""";
    private const string NewPassword = """{ "email":"alice@example.com", "password": "x" }""";

    private readonly EndpointWorld _world = new(LimitCatalog.Read(TestSettings.Of(("client.mode", "off"), ("captcha.mode", "off"))), contract: "generic");

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Steps_OneAfterTheOther_ProveTheAddressAndResetOnce()
    {
        var shown = await _world.SendAsync("POST", Captcha, Alice);
        using var picture = JsonDocument.Parse(shown.Answer);
        Assert.Matches("^data:image/[a-z]+;base64,", picture.RootElement.GetProperty("image").GetString());
        var sent = await _world.SendAsync("POST", Otp, $$"""{"email":"alice@example.com","captcha":"{{RecoveryWorld.Answer}}"}""", Ticket(shown));
        Assert.Equal("""{"status":"code_sent"}""", sent.Answer);
        var verified = await _world.SendAsync("POST", Verify, $$"""{"email":"alice@example.com","otp":"{{_world.Flow.Outbox.LastCode}}"}""", Ticket(sent));
        Assert.Equal("""{"status":"verified"}""", verified.Answer);
        _world.AppSays = "as you like";
        var reset = await _world.SendAsync("POST", Reset, NewPassword, Ticket(verified));

        Assert.Equal((200, "as you like", "/app/reset"), (reset.Context.Response.StatusCode, reset.Answer, _world.AppTarget));
        Assert.Equal(NewPassword, Assert.Single(_world.Reached));
        Assert.Equal(("alice@example.com", "recovery"), Claims(Assert.Single(_world.Assertions)));
        await IsProblemAsync("unproven", 403, await _world.SendAsync("POST", Reset, NewPassword, Ticket(verified)));
    }

    [Fact]
    public async Task Captcha_AcceptOfAPicture_IsThePicture()
    {
        var answer = await _world.SendAsync("POST", Captcha, Alice, change: static exchange => exchange.With("Accept", "image/png, */*;q=0.1"));

        Assert.StartsWith("image/", answer.Context.Response.ContentType, StringComparison.Ordinal);
        Assert.Equal("Accept", answer.Header("Vary"));
        Assert.StartsWith("application/json", (await _world.SendAsync("POST", Captcha, Alice, change: static exchange => exchange.With("Accept", "image/png, application/json"))).Context.Response.ContentType, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.NoContent, false)]
    [InlineData(HttpStatusCode.BadRequest, true)]
    [InlineData(HttpStatusCode.Unauthorized, true)]
    [InlineData(HttpStatusCode.Found, false)]
    [InlineData(HttpStatusCode.InternalServerError, false)]
    public async Task Reset_AppsStatus_DecidesWhetherTheProofIsKept(HttpStatusCode status, bool isKept)
    {
        var ticket = await _world.Flow.VerifiedAsync();
        _world.AppStatus = status;
        Assert.Equal((int)status, (await _world.SendAsync("POST", Reset, NewPassword, ticket)).Context.Response.StatusCode);
        _world.AppStatus = HttpStatusCode.OK;

        Assert.Equal(isKept ? 200 : 403, (await _world.SendAsync("POST", Reset, NewPassword, ticket)).Context.Response.StatusCode);
        Assert.Equal(isKept ? 2 : 1, _world.Assertions.Distinct().Count());
    }

    [Fact]
    public async Task Reset_AppThatCannotBeReached_IsAProblemAndKeepsTheProof()
    {
        var ticket = await _world.Flow.VerifiedAsync();
        _world.AppSays = null;
        await IsProblemAsync("app-unreachable", 502, await _world.SendAsync("POST", Reset, NewPassword, ticket));
        _world.AppSays = "ok";

        Assert.Equal("ok", (await _world.SendAsync("POST", Reset, NewPassword, ticket)).Answer);
    }

    [Fact]
    public async Task Reset_FourAtOnceWithOneTicket_OneReachesTheApp()
    {
        var ticket = await _world.Flow.VerifiedAsync();
        var all = new TaskCompletionSource();
        _world.Meanwhile = () => all.Task;
        var replies = Enumerable.Range(0, 4).Select(_ => _world.SendAsync("POST", Reset, NewPassword, ticket)).ToArray();
        all.SetResult();
        await Task.WhenAll(replies);

        Assert.Single(_world.Reached);
    }

    [Fact]
    public async Task Reset_OtherAddress_IsUnproven()
    {
        var ticket = await _world.Flow.VerifiedAsync();

        await IsProblemAsync("unproven", 403, await _world.SendAsync("POST", Reset, """{"email":"bob@example.com","password":"x"}""", ticket));
        await IsProblemAsync("unproven", 403, await _world.SendAsync("POST", Reset, NewPassword));
        Assert.Empty(_world.Reached);
    }

    [Fact]
    public async Task Reset_TypedInCapitals_IsAssertedInSmallLetters()
    {
        var ticket = await _world.Flow.VerifiedAsync();
        await _world.SendAsync("POST", Reset, """{"email":" ALICE@example.com "}""", ticket);

        Assert.Equal(("alice@example.com", "recovery"), Claims(Assert.Single(_world.Assertions)));
    }

    [Fact]
    public async Task SignUp_VerifiedAddress_ReachesTheAppSigned()
    {
        var shown = await _world.SendAsync("POST", "/user/verify/captcha", """{"email":"Nora@example.com"}""");
        var sent = await _world.SendAsync("POST", "/user/verify/otp", $$"""{"email":"Nora@example.com","captcha":"{{RecoveryWorld.Answer}}"}""", Ticket(shown));
        var verified = await _world.SendAsync("POST", "/user/verify/confirm", $$"""{"email":"Nora@example.com","otp":"{{_world.Flow.Outbox.LastCode}}"}""", Ticket(sent));
        await IsProblemAsync("unproven", 403, await _world.SendAsync("POST", "/sign-up", """{"email":"Nora@example.com"}"""));
        await _world.SendAsync("POST", "/sign-up", """{"email":"Nora@example.com"}""", Ticket(verified));

        Assert.Equal("/sign-up", _world.AppTarget);
        Assert.Equal(("nora@example.com", "verification"), Claims(Assert.Single(_world.Assertions)));
    }

    [Fact]
    public async Task Steps_WhatIsWrongWithThem_IsSaidByType()
    {
        await IsProblemAsync("invalid-address", 422, await _world.SendAsync("POST", Captcha, """{"email":"no address"}"""));
        await IsProblemAsync("captcha-ended", 422, await _world.SendAsync("POST", Otp, """{"email":"alice@example.com","captcha":"x"}"""));
        await IsProblemAsync("wrong-captcha", 422, await _world.SendAsync("POST", Otp, """{"email":"alice@example.com","captcha":"x"}""", await _world.Flow.ShownAsync()));
        await IsProblemAsync("code-ended", 422, await _world.SendAsync("POST", Verify, """{"email":"alice@example.com","otp":"x"}"""));
        var ticket = await _world.Flow.SentAsync();
        for (var i = 0; i < 5; i++)
        {
            await IsProblemAsync("wrong-code", 422, await _world.SendAsync("POST", Verify, """{"email":"alice@example.com","otp":"x"}""", ticket));
        }

        await IsProblemAsync("locked", 429, await _world.SendAsync("POST", Verify, """{"email":"alice@example.com","otp":"x"}""", ticket));
        var again = await _world.SendAsync("POST", Otp, $$"""{"email":"alice@example.com","captcha":"{{RecoveryWorld.Answer}}"}""", await _world.Flow.ShownAsync());
        var wait = await IsProblemAsync("cooling-down", 429, again);
        Assert.Equal(("60", "\"cooldown\";r=0;t=60"), (again.Header("Retry-After"), again.Header("RateLimit")));
        Assert.Equal((60, "cooldown"), (wait.GetProperty("wait_seconds").GetInt32(), wait.GetProperty("limit").GetString()));
    }

    [Fact]
    public async Task Bodies_ThatBreakTheRules_AreRefusedInEveryStep()
    {
        foreach (var path in new[] { Captcha, Otp, Verify, Reset, "/user/verify/captcha", "/user/verify/otp", "/user/verify/confirm", "/sign-up" })
        {
            await IsProblemAsync("malformed-body", 400, await _world.SendAsync("POST", path, "{"));
            await IsProblemAsync("malformed-body", 400, await _world.SendAsync("POST", path, "[]"));
            await IsProblemAsync("malformed-body", 400, await _world.SendAsync("POST", path, """{"email":"\ud800"}"""));
            await IsProblemAsync("field-repeated", 400, await _world.SendAsync("POST", path, """{"email":"a@example.com","Email":"b@example.com"}"""));
            await IsProblemAsync("body-too-large", 413, await _world.SendAsync("POST", path, $$"""{"email":"{{new string('x', 64 * 1024)}}"}"""));
            await IsProblemAsync("unsupported-media-type", 415, await _world.SendAsync("POST", path));
            await IsProblemAsync("unsupported-media-type", 415, await _world.SendAsync("POST", path, change: static exchange => exchange.Body(Encoding.UTF8.GetBytes("email=a@example.com"), "application/x-www-form-urlencoded")));
            await IsProblemAsync("unsupported-media-type", 415, await _world.SendAsync("POST", path, Alice, change: static exchange => exchange.With("Content-Encoding", "gzip")));
            await IsProblemAsync("field-missing", 422, await _world.SendAsync("POST", path, "{}"));
            await IsProblemAsync("forbidden-origin", 403, await _world.SendAsync("POST", path, Alice, change: static exchange => exchange.With("Origin", "https://evil.example")));
        }

        var missing = await IsProblemAsync("field-missing", 422, await _world.SendAsync("POST", Otp, "{}"));
        Assert.Equal(["email", "captcha"], missing.GetProperty("fields").EnumerateArray().Select(static field => field.GetString()));
        var number = await IsProblemAsync("field-missing", 422, await _world.SendAsync("POST", Verify, """{"email":"a@example.com","otp":12345678}"""));
        Assert.Equal(["otp"], number.GetProperty("fields").EnumerateArray().Select(static field => field.GetString()));
        Assert.Empty(_world.Reached);
    }

    [Fact]
    public async Task Methods_OtherThanPost_AreNotServed()
    {
        var answer = await _world.SendAsync("GET", Captcha);

        await IsProblemAsync("method-not-allowed", 405, answer);
        Assert.Equal("POST, OPTIONS", answer.Header("Allow"));
        Assert.Equal(204, (await _world.SendAsync("OPTIONS", Captcha)).Context.Response.StatusCode);
        await IsProblemAsync("not-found", 404, await _world.SendAsync("POST", "/user/forget/otp%23/../verify", Alice));
    }

    [Fact]
    public async Task Limit_OfTheClient_Is429WithTheStandardFields()
    {
        using var world = new EndpointWorld(LimitCatalog.Read(TestSettings.Of(("client.permits", "1"))), contract: "generic");
        await world.SendAsync("POST", Captcha, Alice);
        var answer = await world.SendAsync("POST", Captcha, Alice);

        Assert.Equal("client", (await IsProblemAsync("over-limit", 429, answer)).GetProperty("limit").GetString());
        Assert.Equal("\"client\";q=1;w=60", answer.Header("RateLimit-Policy"));
    }

    [Fact]
    public async Task Steps_RecoveryOff_AreUnavailable()
    {
        using var world = new EndpointWorld(isOff: true, contract: "generic");
        foreach (var path in new[] { Captcha, Otp, Verify, Reset, "/user/verify/captcha", "/sign-up" })
        {
            await IsProblemAsync("unavailable", 503, await world.SendAsync("POST", path, Alice));
        }
    }

    [Fact]
    public async Task Steps_StoreDown_AreUnavailable()
    {
        var ticket = await _world.Flow.VerifiedAsync();
        _world.Flow.Store.IsDown = true;
        await IsProblemAsync("unavailable", 503, await _world.SendAsync("POST", Captcha, Alice));
        await IsProblemAsync("unavailable", 503, await _world.SendAsync("POST", Verify, """{"email":"alice@example.com","otp":"x"}"""));
        await IsProblemAsync("unavailable", 503, await _world.SendAsync("POST", Reset, NewPassword, ticket));
    }

    [Fact]
    public async Task Answers_KnownAndUnknownAddress_AreTheSame()
    {
        var answers = new List<string>();
        foreach (var email in new[] { "alice@example.com", "nobody@example.com" })
        {
            var shown = await _world.SendAsync("POST", Captcha, $$"""{"email":"{{email}}"}""");
            var sent = await _world.SendAsync("POST", Otp, $$"""{"email":"{{email}}","captcha":"{{RecoveryWorld.Answer}}"}""", Ticket(shown));
            var wrong = await _world.SendAsync("POST", Verify, $$"""{"email":"{{email}}","otp":"AAAAAAAA"}""", Ticket(sent));
            answers.Add($"{sent.Context.Response.StatusCode} {sent.Answer} {wrong.Context.Response.StatusCode} {wrong.Answer} {string.Join(',', wrong.Context.Response.Headers.Keys)}");
        }

        Assert.Equal(answers[0], answers[1]);
    }

    private static string Ticket(HttpExchange exchange) => exchange.Header("Sidecar-Ticket");

    private static (string?, string?) Claims(string? token)
    {
        using var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token!.Split('.')[1]));
        return (claims.RootElement.GetProperty("sub").GetString(), claims.RootElement.GetProperty("purpose").GetString());
    }

    private static Task<JsonElement> IsProblemAsync(string type, int status, HttpExchange exchange)
    {
        using var problem = JsonDocument.Parse(exchange.Answer);
        Assert.Equal(
            ("urn:sidecar:problem:" + type, status, status, "application/problem+json", "no-store"),
            (problem.RootElement.GetProperty("type").GetString(), problem.RootElement.GetProperty("status").GetInt32(), exchange.Context.Response.StatusCode, exchange.Context.Response.ContentType, exchange.Header("Cache-Control")));
        return Task.FromResult(problem.RootElement.Clone());
    }
}
