namespace Sidecar.Tests.Demo;

public sealed class RouteTableTests : IAsyncLifetime
{
    private readonly AppFixture _fixture = new();

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("GET /v1/user/forget/captcha?email=x")]
    [InlineData("POST /v1/user/forget")]
    [InlineData("POST //v1/user/forget/otp")]
    [InlineData("POST /v1/user%2Fforget/otp")]
    [InlineData("POST /v1/user/%66orget/verify-otp/")]
    [InlineData("POST /v1/user/x/../forget/otp")]
    [InlineData("DELETE /api/v1/auth/password/forgot/captcha")]
    [InlineData("POST /api/v1/auth/password/forgot/otp")]
    [InlineData("POST /api/v1/auth/password/forgot/otp/verify")]
    [InlineData("POST http://127.0.0.1/v1/user/forget/otp")]
    public async Task Trap_Reached_IsRecordedAsSent(string line)
    {
        var answer = await _fixture.SendRawAsync(line);
        Assert.EndsWith("{\"code\":0,\"data\":true,\"message\":\"the app's own handler\"}", answer, StringComparison.Ordinal);
        Assert.Equal([line], _fixture.App.TrapHits.Targets);
    }

    [Theory]
    [InlineData("POST /V1/user/forget/otp", "/V1/user/forget/otp")]
    [InlineData("GET /api/v1/auth/password", "/api/v1/auth/password")]
    public async Task Path_Unknown_Is404(string line, string path)
    {
        var answer = await _fixture.SendRawAsync(line);
        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.EndsWith($$"""{"code":404,"data":null,"error":"Not Found","message":"Not Found: {{path}}"}""", answer, StringComparison.Ordinal);
        Assert.Equal(0, _fixture.App.TrapHits.Count);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("FOO")]
    public async Task Method_NotServed_AnswersInTheEnvelope(string method)
    {
        var answer = await _fixture.SendRawAsync($"{method} /v1/user/forget/reset-password");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("{\"code\":100,\"data\":null,\"message\":\"<MethodNotAllowed '405: Method Not Allowed'>\"}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_OnARoute_NamesItsMethods()
    {
        var answer = await _fixture.SendRawAsync("OPTIONS /v1/user/forget/reset-password");
        Assert.Contains("Allow: POST, OPTIONS\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 0\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/demo/echo/a%2Fb/./%7E|//c/../d?q=%zz&")]
    [InlineData("/demo/echo/V1/../../v1/user/forget/otp")]
    public async Task Echo_AnyTarget_ShowsItRaw(string target)
    {
        var answer = await _fixture.SendRawAsync($"PUT {target}", "X-Twice: 1\r\nX-Twice: 2\r\n", "abc");
        Assert.Contains("\"target\":\"" + target + "\"", answer, StringComparison.Ordinal);
        Assert.Contains("[\"X-Twice\",\"1\"],[\"X-Twice\",\"2\"]", answer, StringComparison.Ordinal);
        Assert.Contains("\"method\":\"PUT\"", answer, StringComparison.Ordinal);
        Assert.Contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", answer, StringComparison.Ordinal);
    }
}
