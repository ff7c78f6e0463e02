using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sidecar.Tests.Demo;

/// <summary>Each test has an app of its own, since a reset changes its users.</summary>
public sealed class ResetRoutesTests : IAsyncLifetime
{
    private const string V1 = "/v1/user/forget/reset-password";
    private const string Rest = "/api/v1/auth/password/reset";

    private readonly AppFixture _fixture = new();

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData(V1, true)]
    [InlineData(Rest, false)]
    public async Task Reset_Verified_SetsThePasswordOnce(string path, bool secrets)
    {
        await _fixture.VerifyAsync("alice@example.com");
        using var answer = await _fixture.ResetAsync(path, "alice@example.com", "NewPass1!");
        var (code, data, message) = await AppFixture.ReadAsync(answer);
        Assert.Equal((0, "Password reset successful. Logged in."), (code, message));
        Assert.Equal(secrets, data.TryGetProperty("access_token", out _));
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(["Origin"], answer.Headers.Vary);
        Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.NotEmpty(answer.Headers.GetValues("Authorization"));
        Assert.True(_fixture.App.Users.PasswordIs("alice@example.com", "NewPass1!"));
        Assert.False(_fixture.App.Users.PasswordIs("alice@example.com", "alice-password"));

        using var again = await _fixture.ResetAsync(path, "alice@example.com", "Other1!");
        Assert.Equal("{\"code\":109,\"data\":false,\"message\":\"email not verified\"}", await again.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(V1)]
    [InlineData(Rest)]
    public async Task Reset_ProofOfAnotherSpellingOrTooOld_IsRefused(string path)
    {
        await _fixture.VerifyAsync("Alice@example.com");
        using var spelling = await _fixture.ResetAsync(path, "alice@example.com", "NewPass1!");
        Assert.Equal(109, (await AppFixture.ReadAsync(spelling)).Code);

        await _fixture.VerifyAsync("alice@example.com");
        _fixture.Time.Advance(TimeSpan.FromSeconds(10));
        using var late = await _fixture.ResetAsync(path, "alice@example.com", "NewPass1!");
        Assert.Equal(109, (await AppFixture.ReadAsync(late)).Code);
        Assert.True(_fixture.App.Users.PasswordIs("alice@example.com", "alice-password"));
    }

    [Theory]
    [InlineData(V1)]
    [InlineData(Rest)]
    public async Task Reset_MismatchOrUnknown_IsRefusedAndKeepsTheProof(string path)
    {
        await _fixture.VerifyAsync("alice@example.com");
        using var mismatch = await _fixture.ResetAsync(path, "alice@example.com", "one", "two");
        Assert.Equal("{\"code\":101,\"data\":false,\"message\":\"passwords do not match\"}", await mismatch.Content.ReadAsStringAsync());
        Assert.True(await _fixture.Flags.IsVerifiedAsync("alice@example.com"));

        await _fixture.VerifyAsync("nobody@example.com");
        using var unknown = await _fixture.ResetAsync(path, "nobody@example.com", "one");
        Assert.Equal("{\"code\":102,\"data\":false,\"message\":\"invalid email\"}", await unknown.Content.ReadAsStringAsync());
        Assert.True(await _fixture.Flags.IsVerifiedAsync("nobody@example.com"));
    }

    [Theory]
    [InlineData("disabled@example.com")]
    [InlineData("deleted@example.com")]
    [InlineData("BOB@EXAMPLE.COM")]
    public async Task Reset_OfAnyRow_IsDone(string email)
    {
        await _fixture.VerifyAsync(email);
        using var answer = await _fixture.ResetAsync(V1, email, "NewPass1!");
        Assert.Equal(0, (await AppFixture.ReadAsync(answer)).Code);
        Assert.True(_fixture.App.Users.PasswordIs(email, "NewPass1!"));
    }

    [Theory]
    [InlineData("{}", 100, 101)]
    [InlineData("{\"email\":\"alice@example.com\"}", 100, 101)]
    [InlineData("", 100, 101)]
    [InlineData("{bad", 100, 100)]
    [InlineData("[1]", 100, 100)]
    [InlineData("\"str\"", 100, 100)]
    [InlineData("null", 100, 100)]
    [InlineData("\ufeff{}", 100, 100)]
    public async Task Reset_OddBody_AsRecorded(string body, int v1, int rest)
    {
        Assert.StartsWith($$"""200 {"code":{{v1}},"data":null""", await _fixture.PostAsync(V1, body), StringComparison.Ordinal);
        Assert.StartsWith($$"""200 {"code":{{rest}},"data":{{(rest == 101 ? "false" : "null")}}""", await _fixture.PostAsync(Rest, body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"plaintext-not-b64!\"", 100)]
    [InlineData("\"QUJD\"", 100)]
    [InlineData("12345", 100)]
    [InlineData("[\"a\"]", 100)]
    [InlineData("{\"a\":1}", 100)]
    [InlineData("true", 100)]
    public async Task Reset_PasswordThatIsNoCiphertext_IsAnException(string password, int code)
    {
        foreach (var path in (string[])[V1, Rest])
        {
            await _fixture.VerifyAsync("alice@example.com");
            var answer = await _fixture.PostAsync(path, $$"""{"email":"alice@example.com","new_password":{{password}},"confirm_new_password":{{password}}}""");
            Assert.StartsWith($$"""200 {"code":{{code}},"data":null""", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Reset_PasswordForAnotherKey_IsTakenAsRecorded()
    {
        using var other = RSA.Create(2048);
        var password = Convert.ToBase64String(Enumerable.Repeat((byte)'x', 256).ToArray());
        await _fixture.VerifyAsync("alice@example.com");
        Assert.Contains("\"code\":0", await _fixture.PostAsync(V1, Body(password)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not base64 é")]
    [InlineData("a")]
    [InlineData("/w==")]
    public async Task Reset_InnerTextThatIsNoPassword_IsAnException(string inner)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(_fixture.App.Cipher.PublicKeyPem);
        await _fixture.VerifyAsync("alice@example.com");
        var password = Convert.ToBase64String(rsa.Encrypt(Encoding.UTF8.GetBytes(inner), RSAEncryptionPadding.Pkcs1));
        Assert.Contains("\"code\":100,\"data\":null", await _fixture.PostAsync(V1, Body(password)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_AsForm_ReadsTheFirstValues()
    {
        await _fixture.VerifyAsync("alice@example.com");
        var password = Uri.EscapeDataString(_fixture.App.Cipher.Encrypt("FromForm1"));
        var answer = await _fixture.PostAsync(
            Rest, $"email=alice%40example.com&email=bob%40example.com&new_password={password}&confirm_new_password={password}", "application/x-www-form-urlencoded");
        Assert.Contains("\"code\":0", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":100", await _fixture.PostAsync(Rest, "email=x", "text/plain"), StringComparison.Ordinal);
    }

    private static string Body(string password) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["email"] = "alice@example.com",
        ["new_password"] = password,
        ["confirm_new_password"] = password,
    });
}
