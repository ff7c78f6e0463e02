using System.Text.Json;
using Sidecar.Contracts;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Contracts;

/// <summary>The Go backend's words, as its handlers have them: pictures with a name, a folded flag, no wrong methods.</summary>
[Collection(nameof(EndpointWorld))]
public sealed class RagflowGoContractTests : IDisposable
{
    private const string Captcha = "/api/v1/auth/password/forgot/captcha";
    private const string Code = "/api/v1/auth/password/forgot/otp";
    private const string Reset = "/api/v1/auth/password/reset";
    private const string Ended = """{"code":10,"data":false,"message":"invalid or expired captcha"}""";
    private const string Sent = """{"code":0,"data":true,"message":"verification passed, email sent"}""";

    private readonly EndpointWorld _world = new(contract: RagflowRoutes.RestGo);

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(Captcha + "?email=alice%40example.com", null)]
    [InlineData(Captcha, """{"email":"alice@example.com"}""")]
    public async Task Captcha_AddressInQueryOrBody_IsAnEnvelopeWithAPngAndItsName(string target, string? body)
    {
        var answer = await _world.SendAsync("POST", target, body);

        using var document = JsonDocument.Parse(answer.Answer);
        var (root, data) = (document.RootElement, document.RootElement.GetProperty("data"));
        Assert.Equal((0, "captcha issued"), (root.GetProperty("code").GetInt32(), root.GetProperty("message").GetString()));
        Assert.Equal(["captcha_id", "captcha_image"], data.EnumerateObject().Select(static field => field.Name));
        Assert.Equal("application/json; charset=utf-8", answer.Context.Response.ContentType);
        const string Png = "data:image/png;base64,";
        Assert.StartsWith(Png, data.GetProperty("captcha_image").GetString(), StringComparison.Ordinal);
        Assert.Equal([0x89, .. "PNG"u8], Convert.FromBase64String(data.GetProperty("captcha_image").GetString()![Png.Length..])[..4]);
        Assert.Equal(_world.Flow.Open(answer.Header("Sidecar-Ticket")).Captcha!.Id, data.GetProperty("captcha_id").GetString());
    }

    [Theory]
    [InlineData(Captcha, null, "email is required")]
    [InlineData(Captcha, "{}", "email is required")]
    [InlineData(Code, """{"email":"alice@example.com","captcha":"ACE49"}""", "email, captcha_id and captcha required")]
    [InlineData(Code, """{"email":"alice@example.com","captcha_id":"x"}""", "email, captcha_id and captcha required")]
    [InlineData(Code, """{"email":"alice@example.com","captcha_id":1,"captcha":"x"}""", "captcha_id must be a text")]
    [InlineData(Code, "captcha=ACE49", "malformed JSON")]
    [InlineData(Code, "[]", "JSON payload must be an object")]
    [InlineData(Code + "/verify", "{}", "email and otp are required")]
    [InlineData(Reset, "{}", "email and passwords are required")]
    public async Task Answer_BodyThatIsNoGood_IsAnArgumentError(string target, string? body, string message)
    {
        var answer = await _world.SendAsync("POST", target, body, change: static exchange => exchange.Context.Request.ContentType = null);

        Assert.Equal($$"""{"code":101,"data":false,"message":"{{message}}"}""", answer.Answer);
    }

    [Fact]
    public async Task Code_NameOfAnotherPicture_IsNoneAndSpendsNothing()
    {
        var (ticket, other) = (await _world.Flow.ShownAsync(), await _world.Flow.ShownAsync());
        var (own, strange) = (_world.Flow.Open(ticket).Captcha!.Id, _world.Flow.Open(other).Captcha!.Id);

        Assert.Equal(Ended, (await CodeAsync(ticket, strange)).Answer);
        Assert.Equal(Ended, (await CodeAsync(ticket, own.ToUpperInvariant() + " ")).Answer);
        Assert.Equal(Ended, (await CodeAsync(null, own)).Answer);
        Assert.Equal(Sent, (await CodeAsync(ticket, own)).Answer);
        Assert.Equal(Ended, (await CodeAsync(ticket, own)).Answer);
    }

    [Fact]
    public async Task Reset_AnySpelling_IsFlaggedWithoutCase()
    {
        var ticket = await _world.Flow.VerifiedAsync();

        await _world.SendAsync("POST", Reset, """{"email":" Alice@EXAMPLE.com ","new_password":"x","confirm_new_password":"x"}""", ticket);

        Assert.Single(_world.Reached);
        Assert.Equal(("otp:verified:alice@example.com", "1", null), (_world.Granted[0].Key, _world.Granted[0].Value, _world.Granted[0].Obstacle));
        Assert.Same(_world.Granted[0], _world.Revoked[0]);
    }

    [Theory]
    [InlineData("GET", Captcha)]
    [InlineData("PUT", Code)]
    [InlineData("OPTIONS", Code)]
    [InlineData("HEAD", Reset)]
    public async Task Answer_AnyOtherMethod_IsThatThereIsNoSuchPath(string method, string path)
    {
        var answer = await _world.SendAsync(method, path);

        Assert.Equal((404, "application/json; charset=utf-8"), (answer.Context.Response.StatusCode, answer.Context.Response.ContentType));
        Assert.Equal(method == "HEAD" ? "" : $$"""{"code":404,"data":null,"error":"Not Found","message":"Not Found: {{path}}"}""", answer.Answer);
    }

    [Fact]
    public async Task Options_FromAnOriginThatMayDriveTheFlow_IsAllowed()
    {
        using var world = new EndpointWorld(contract: RagflowRoutes.RestGo, options: static options => options with { AllowedOrigins = ["https://login.example.org"] });

        var answer = await world.SendAsync("OPTIONS", Code, change: static exchange => exchange.With("Origin", "https://login.example.org"));

        Assert.Equal((204, "https://login.example.org"), (answer.Context.Response.StatusCode, answer.Header("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Verification_Pictures_HaveNamesToo()
    {
        var shown = await _world.SendAsync("POST", "/api/v1/auth/register/captcha?email=nora@example.com");
        var ticket = shown.Header("Sidecar-Ticket");
        using var document = JsonDocument.Parse(shown.Answer);
        var id = document.RootElement.GetProperty("data").GetProperty("captcha_id").GetString();

        var nameless = await _world.SendAsync("POST", "/api/v1/auth/register/otp", $$"""{"email":"nora@example.com","captcha":"{{RecoveryWorld.Answer}}"}""", ticket);
        var named = await _world.SendAsync("POST", "/api/v1/auth/register/otp", $$"""{"email":"nora@example.com","captcha_id":"{{id}}","captcha":"{{RecoveryWorld.Answer}}"}""", ticket);

        Assert.Contains("email, captcha_id and captcha required", nameless.Answer, StringComparison.Ordinal);
        Assert.Equal(Sent, named.Answer);
    }

    private Task<HttpExchange> CodeAsync(string? ticket, string id) =>
        _world.SendAsync("POST", Code, $$"""{"email":"{{RecoveryWorld.Alice}}","captcha_id":"{{id}}","captcha":"{{RecoveryWorld.Answer}}"}""", ticket);
}
