using System.Text.Json;

namespace Sidecar.Tests.Demo;

public sealed class LoginRoutesTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    [Theory]
    [InlineData("/v1/user/login")]
    [InlineData("/api/v1/auth/login")]
    public async Task Probe_WithoutPassword_TellsKnownFromUnknown(string path)
    {
        Assert.Equal("200 {\"code\":500,\"data\":false,\"message\":\"Fail to crypt password\"}", await fixture.PostAsync(path, """{"email":"carol@example.com"}"""));
        Assert.Equal(
            "200 {\"code\":109,\"data\":false,\"message\":\"Email: nobody@example.com is not registered!\"}",
            await fixture.PostAsync(path, """{"email":"nobody@example.com"}"""));
    }

    [Theory]
    [InlineData("CAROL@EXAMPLE.COM", true)]
    [InlineData("carol@example.com ", true)]
    [InlineData("carol@éxample.com", true)]
    [InlineData("ｃarol@example.com", true)]
    [InlineData("carol\u200b@example.com", true)]
    [InlineData("carol@example.com\0", true)]
    [InlineData(" carol@example.com", false)]
    [InlineData("carol@example.com\t", false)]
    [InlineData("carol@example.com\u00ad", false)]
    [InlineData("carol@example.com\r\n", false)]
    [InlineData("%", false)]
    public async Task Probe_AddressThatTheCollationMatches_IsKnown(string email, bool known)
    {
        var answer = await fixture.PostAsync("/v1/user/login", JsonSerializer.Serialize(new Dictionary<string, string> { ["email"] = email }));
        Assert.Contains(known ? "\"code\":500" : "\"code\":109", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("carol@example.com", "wrong", 109, "Email and password do not match!")]
    [InlineData("disabled@example.com", "disabled-password", 403, "This account has been disabled, please contact the administrator!")]
    [InlineData("deleted@example.com", "deleted-password", 109, "Email and password do not match!")]
    [InlineData("nobody@example.com", "any", 109, "Email: nobody@example.com is not registered!")]
    [InlineData("bob@example.com", "bob-password", 0, "Welcome back!")]
    public async Task Login_AsRecorded(string email, string password, int code, string message)
    {
        using var answer = await fixture.LogInAsync("/v1/user/login", email, password);
        var (gotCode, _, gotMessage) = await AppFixture.ReadAsync(answer);
        Assert.Equal((code, message), (gotCode, gotMessage));
        Assert.Equal(code == 0, answer.Headers.Contains("Authorization"));
    }

    [Theory]
    [InlineData("/v1/user/login", "/v1/user/info", true)]
    [InlineData("/api/v1/auth/login", "/api/v1/users/me", false)]
    public async Task Session_FromLogin_OpensInfo(string login, string info, bool secrets)
    {
        using var answer = await fixture.LogInAsync(login, "carol@example.com", "carol-password");
        var (_, data, _) = await AppFixture.ReadAsync(answer);
        Assert.Equal("carol@example.com", data.GetProperty("email").GetString());
        Assert.Equal(secrets, data.TryGetProperty("access_token", out _));
        Assert.Equal(secrets, data.TryGetProperty("password", out _));
        Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Method"));
        Assert.Equal(["Authorization"], answer.Headers.GetValues("Access-Control-Expose-Headers"));

        using var request = new HttpRequestMessage(HttpMethod.Get, info);
        request.Headers.TryAddWithoutValidation("Authorization", answer.Headers.GetValues("Authorization"));
        using var user = await fixture.Http.SendAsync(request);
        Assert.Equal("carol@example.com", (await AppFixture.ReadAsync(user)).Data.GetProperty("email").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("ImEi.1.x")]
    public async Task Info_WithoutASession_Is401(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/user/info");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await fixture.Http.SendAsync(request);
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Equal("{\"code\":401,\"data\":null,\"message\":\"<Unauthorized '401: Unauthorized'>\"}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task PublicKey_IsThePemThatPasswordsAreEncryptedWith()
    {
        var pem = await fixture.Http.GetStringAsync(new Uri("/v1/user/public-key", UriKind.Relative));
        using var rsa = System.Security.Cryptography.RSA.Create();
        rsa.ImportFromPem(pem);
        var password = Convert.ToBase64String(rsa.Encrypt("Ym9iLXBhc3N3b3Jk"u8, System.Security.Cryptography.RSAEncryptionPadding.Pkcs1));
        Assert.Contains("\"code\":0", await fixture.PostAsync("/v1/user/login", $$"""{"email":"bob@example.com","password":"{{password}}"}"""), StringComparison.Ordinal);
    }
}
