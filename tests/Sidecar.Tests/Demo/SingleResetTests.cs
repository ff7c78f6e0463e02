using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sidecar.Demo.App;

namespace Sidecar.Tests.Demo;

/// <summary>The reset of v0.21.1 to v0.22.1, as its source reads.</summary>
public sealed class SingleResetTests : IAsyncLifetime
{
    private const string Reset = "/v1/user/forget";

    private readonly AppFixture _fixture = new() { Release = AppRelease.V1Single };

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("KCDLQWER")]
    [InlineData(" kcdlqwer ")]
    public async Task Reset_RightCode_OpensASessionOnceAndKeepsTheOldPassword(string typed)
    {
        await RecordAsync("alice@example.com", "KCDLQWER");
        using var answer = await PostAsync(Body("ALICE@example.com", typed));
        var (code, data, message) = await AppFixture.ReadAsync(answer);
        Assert.Equal((0, "Password reset successful. Logged in."), (code, message));
        Assert.Equal("alice@example.com", data.GetProperty("email").GetString());
        Assert.NotEmpty(answer.Headers.GetValues("Authorization"));
        Assert.True(_fixture.App.Users.PasswordIs("alice@example.com", "alice-password"));
        Assert.Null(await _fixture.Store.GetAsync("otp:alice@example.com"));

        Assert.Equal("10 expired otp", await SayAsync(Body("alice@example.com", typed)));
    }

    [Fact]
    public async Task Reset_WrongCodes_LockAfterTheFifth()
    {
        await RecordAsync("alice@example.com", "KCDLQWER");
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("109 expired otp", await SayAsync(Body("alice@example.com", "AAAAAAAA")));
        }

        Assert.Equal("10 too many attempts, try later", await SayAsync(Body("alice@example.com", "KCDLQWER")));
        await _fixture.Store.DeleteAsync("otp_lock:alice@example.com");
        Assert.Equal("0 Password reset successful. Logged in.", await SayAsync(Body("alice@example.com", "KCDLQWER")));
    }

    [Fact]
    public async Task Reset_CodeOfAnotherAddressOrTooOld_IsExpired()
    {
        await RecordAsync("bob@example.com", "KCDLQWER");
        Assert.Equal("10 expired otp", await SayAsync(Body("alice@example.com", "KCDLQWER")));
        _fixture.Time.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal("10 expired otp", await SayAsync(Body("bob@example.com", "KCDLQWER")));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ab:xyz")]
    [InlineData("ab:abc")]
    public async Task Reset_RecordThatIsNone_IsSaid(string record)
    {
        await _fixture.Store.SetAsync("otp:alice@example.com", record, TimeSpan.FromMinutes(5));
        Assert.Equal("100 otp storage corrupted", await SayAsync(Body("alice@example.com", "KCDLQWER")));
    }

    [Theory]
    [InlineData("""{"email":"alice@example.com","otp":"A","new_password":"x"}""", "101 email, otp and passwords are required")]
    [InlineData("""{"email":"alice@example.com","otp":"  ","new_password":"x","confirm_new_password":"x"}""", "101 email, otp and passwords are required")]
    [InlineData("""{"email":"alice@example.com","otp":"A","new_password":"x","confirm_new_password":"y"}""", "101 passwords do not match")]
    [InlineData("""{"email":"nobody@example.com","otp":"A","new_password":"x","confirm_new_password":"x"}""", "102 invalid email")]
    [InlineData("""{"email":"alice@example.com","otp":1,"new_password":"x","confirm_new_password":"x"}""", "100 AttributeError(\"'int' object has no attribute 'strip'\")")]
    [InlineData("", "100 <BadRequest '400: Bad Request'>")]
    public async Task Reset_Faulty_IsRefusedInItsOrder(string body, string said) => Assert.Equal(said, await SayAsync(body));

    [Fact]
    public async Task Reset_AsForm_IsRefused() =>
        Assert.Contains("UnsupportedMediaType", await _fixture.PostAsync(Reset, "email=x", "application/x-www-form-urlencoded"), StringComparison.Ordinal);

    [Fact]
    public async Task Info_WithoutASession_SaysSoInTheEnvelopeAlone()
    {
        var answer = await _fixture.SendRawAsync("GET /v1/user/info");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":401", answer, StringComparison.Ordinal);
    }

    private ValueTask RecordAsync(string email, string code)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = Convert.ToHexStringLower(HMACSHA256.HashData(salt, Encoding.ASCII.GetBytes(code)));
        return _fixture.Store.SetAsync("otp:" + email, $"{hash}:{Convert.ToHexStringLower(salt)}", TimeSpan.FromSeconds(300));
    }

    private static string Body(string email, string otp) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["email"] = email,
        ["otp"] = otp,
        ["new_password"] = "NewPass1!",
        ["confirm_new_password"] = "NewPass1!",
    });

    private Task<HttpResponseMessage> PostAsync(string body) =>
        _fixture.Http.PostAsync(new Uri(Reset, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

    private async Task<string> SayAsync(string body)
    {
        using var answer = await PostAsync(body);
        var (code, _, message) = await AppFixture.ReadAsync(answer);
        return $"{code} {message}";
    }
}
