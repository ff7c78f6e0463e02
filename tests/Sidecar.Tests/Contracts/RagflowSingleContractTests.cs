using Microsoft.AspNetCore.Http;
using Sidecar.Contracts;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Contracts;

/// <summary>One call proves and resets: the code is the sidecar's, and the app finds a record of it as of its own.</summary>
[Collection(nameof(EndpointWorld))]
public sealed class RagflowSingleContractTests : IDisposable
{
    private const string Reset = "/v1/user/forget";
    private const string Expired = """{"code":10,"data":false,"message":"expired otp"}""";
    private const string Wrong = """{"code":109,"data":false,"message":"expired otp"}""";

    private readonly EndpointWorld _world = new(contract: RagflowRoutes.V1Single);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Reset_RightCode_ReachesTheAppAsSentWithARecordOfIt()
    {
        var (ticket, code) = await SentAsync();
        var body = $$"""{ "email": " Alice@example.com", "otp" : "{{code.ToLowerInvariant()}} ", "new_password":"x", "confirm_new_password":"x" }""";

        var answer = await _world.SendAsync("POST", Reset, body, ticket);

        Assert.Equal(body, Assert.Single(_world.Reached));
        Assert.Equal((_world.AppSays, Reset), (answer.Answer, _world.AppTarget));
        var proof = Assert.Single(_world.Granted);
        Assert.Equal(("otp:alice@example.com", "otp_lock:alice@example.com"), (proof.Key, proof.Obstacle));
        Assert.True(RagflowProofTests.Compare(proof, code));
        Assert.Same(proof, Assert.Single(_world.Revoked));
        Assert.Equal("", answer.Header("Sidecar-Ticket"));
        Assert.StartsWith("sidecar-flow=; expires=", answer.Header("Set-Cookie"), StringComparison.Ordinal);
        Assert.Single(_world.Flow.Outbox.Entries, static entry => !entry.Kind.EndsWith("-code", StringComparison.Ordinal));
        Assert.Equal(Expired, (await ResetAsync(ticket, code)).Answer);
        Assert.Single(_world.Reached);
    }

    [Fact]
    public async Task Reset_RefusedByTheApp_GoesOnWithTheTicketOfTheAnswer()
    {
        var (ticket, code) = await SentAsync();
        _world.AppSays = """{"code":101,"data":false,"message":"passwords do not match"}""";
        var refused = await ResetAsync(ticket, code);
        var next = refused.Header("Sidecar-Ticket");
        Assert.Equal(_world.AppSays, refused.Answer);
        Assert.StartsWith("sidecar-flow=" + next, refused.Header("Set-Cookie"), StringComparison.Ordinal);
        _world.AppSays = """{"code":0}""";

        Assert.Equal(Expired, (await ResetAsync(ticket, code)).Answer);
        var again = await ResetAsync(next, "any code at all");

        Assert.Equal("""{"code":0}""", again.Answer);
        Assert.True(RagflowProofTests.Compare(_world.Granted[^1], "ANY CODE AT ALL"));
        Assert.Equal(Expired, (await ResetAsync(next, code)).Answer);
        Assert.Equal(2, _world.Reached.Count);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("<html>", false)]
    public async Task Reset_WithoutAnAnswerThatCanBeRead_KeepsTheProofOnlyWhereTheAppSurelyDidNothing(string? says, bool isKept)
    {
        var (ticket, code) = await SentAsync();
        _world.AppSays = says;
        var next = (await ResetAsync(ticket, code)).Header("Sidecar-Ticket");
        _world.AppSays = """{"code":0}""";

        Assert.Equal(isKept ? """{"code":0}""" : Expired, (await ResetAsync(next, code)).Answer);
    }

    [Fact]
    public async Task Reset_HandoffDown_SaysSoAndKeepsTheProof()
    {
        var (ticket, code) = await SentAsync();
        _world.HandoffIsDown = true;
        var down = await ResetAsync(ticket, code);
        _world.HandoffIsDown = false;

        Assert.Equal("""{"code":500,"data":false,"message":"service temporarily unavailable"}""", down.Answer);
        Assert.Empty(_world.Reached);
        Assert.Equal("""{"code":0}""", (await ResetAsync(down.Header("Sidecar-Ticket"), code)).Answer);
    }

    [Fact]
    public async Task Reset_WrongCodes_AreCountedAndNeverReachTheApp()
    {
        var (ticket, code) = await SentAsync();
        var wrong = code == "AAAAAAAA" ? "BBBBBBBB" : "AAAAAAAA";
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Wrong, (await ResetAsync(ticket, wrong)).Answer);
        }

        Assert.Equal("""{"code":10,"data":false,"message":"too many attempts, try later"}""", (await ResetAsync(ticket, code)).Answer);
        Assert.Empty(_world.Reached);
        Assert.Empty(_world.Granted);
    }

    [Fact]
    public async Task Reset_OfAnotherClient_IsThatOfAnExpiredCode()
    {
        var (ticket, code) = await SentAsync();
        using var other = new EndpointWorld(contract: RagflowRoutes.V1Single);

        Assert.Equal(Expired, (await ResetAsync(null, code)).Answer);
        Assert.Equal(Expired, (await ResetAsync(await other.Flow.SentAsync(), code)).Answer);
        Assert.Equal(Expired, (await ResetAsync(ticket, code, "bob@example.com")).Answer);
        Assert.Empty(_world.Granted);
    }

    [Theory]
    [InlineData("""{"email":"alice@example.com","new_password":"x","confirm_new_password":"x"}""", """{"code":101,"data":false,"message":"email, otp and passwords are required"}""")]
    [InlineData("""{"email":"alice@example.com","otp":" ","new_password":"x","confirm_new_password":"x"}""", """{"code":101,"data":false,"message":"email, otp and passwords are required"}""")]
    [InlineData("""{"otp":"ABCDEFGH","new_password":"x","confirm_new_password":"x"}""", """{"code":101,"data":false,"message":"email, otp and passwords are required"}""")]
    [InlineData("""{"email":"alice@example.com","otp":7,"new_password":"x","confirm_new_password":"x"}""", """{"code":100,"data":null,"message":"otp must be a text"}""")]
    [InlineData("""{"email":"alice@example.com","otp":"ABCDEFGH","new_password":"x","confirm_new_password":"x","OTP":"B"}""", """{"code":101,"data":false,"message":"a field is given twice"}""")]
    [InlineData("""{"email":"no address","otp":"ABCDEFGH","new_password":"x","confirm_new_password":"x"}""", """{"code":102,"data":false,"message":"invalid email"}""")]
    [InlineData("""[]""", """{"code":100,"data":null,"message":"JSON payload must be an object"}""")]
    [InlineData("email=alice@example.com", """{"code":100,"data":null,"message":"malformed JSON"}""")]
    public async Task Reset_Body_IsReadAsTheAppDoes(string body, string answer)
    {
        Assert.Equal(answer, (await _world.SendAsync("POST", Reset, body, change: static exchange => exchange.Context.Request.ContentType = "application/x-www-form-urlencoded")).Answer);
        Assert.Empty(_world.Reached);
    }

    [Theory]
    [InlineData("GET", Reset, """{"code":100,"data":null,"message":"\u003CMethodNotAllowed \u0027405: Method Not Allowed\u0027\u003E"}""")]
    [InlineData("POST", "/v1/user/forget/verify-otp", """{"code":404,"data":null,"error":"Not Found","message":"Not Found: /v1/user/forget/verify-otp"}""")]
    [InlineData("POST", "/v1/user/forget/reset-password", """{"code":404,"data":null,"error":"Not Found","message":"Not Found: /v1/user/forget/reset-password"}""")]
    public async Task Answer_OtherMethodOrStepOfTheNextRelease_IsThatOfTheRelease(string method, string path, string answer) =>
        Assert.Equal(answer, (await _world.SendAsync(method, path)).Answer);

    [Fact]
    public async Task Options_OfTheReset_NamesItsMethod()
    {
        var answer = await _world.SendAsync(HttpMethods.Options, Reset);

        Assert.Equal((200, "POST, OPTIONS"), (answer.Context.Response.StatusCode, answer.Header("Allow")));
    }

    private async Task<(string Ticket, string Code)> SentAsync() => (await _world.Flow.SentAsync(), _world.Flow.Outbox.LastCode);

    private Task<HttpExchange> ResetAsync(string? ticket, string code, string email = RecoveryWorld.Alice) =>
        _world.SendAsync("POST", Reset, $$"""{"email":"{{email}}","otp":"{{code}}","new_password":"x","confirm_new_password":"x"}""", ticket);
}
