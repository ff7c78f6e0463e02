using System.Text;
using Sidecar.Demo.App;

namespace Sidecar.Tests.Demo;

/// <summary>Login and reset of the Go releases, as their source reads.</summary>
public sealed class GoRoutesTests : IAsyncLifetime
{
    private const string Login = "/api/v1/auth/login";
    private const string Reset = "/api/v1/auth/password/reset";

    private readonly AppFixture _fixture = new() { Release = AppRelease.RestGo };

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("""{"email":"carol@example.com"}""", 400, "Key: 'EmailLoginRequest.Password' Error:Field validation for 'Password' failed on the 'required' tag")]
    [InlineData("""{"email":"carol","password":"x"}""", 400, "Key: 'EmailLoginRequest.Email' Error:Field validation for 'Email' failed on the 'email' tag")]
    [InlineData("", 400, "EOF")]
    [InlineData("""{"email":"nobody@example.com","password":"x"}""", 109, "email: nobody@example.com is not registered")]
    [InlineData("""{"EMAIL":"carol@example.com","password":"x"}trailing""", 109, "email and password do not match")]
    [InlineData("""{"email":"carol@example.com","password":1}""", 400, "json: cannot unmarshal number into Go struct field of type string")]
    [InlineData("""{"email":"disabled@example.com","password":"ZGlzYWJsZWQtcGFzc3dvcmQ="}""", 403, "this account has been disabled, please contact the administrator")]
    [InlineData("""{"email":"deleted@example.com","password":"ZGVsZXRlZC1wYXNzd29yZA=="}""", 0, "Welcome back!")]
    public async Task Login_AsRead(string body, int code, string message)
    {
        using var answer = await _fixture.Http.PostAsync(new Uri(Login, UriKind.Relative), new StringContent(body, Encoding.UTF8, "text/plain"));
        var (got, _, said) = await AppFixture.ReadAsync(answer);
        Assert.Equal((code, message), (got, said));
    }

    [Theory]
    [InlineData("alice@example.com", "alice@example.com", true)]
    [InlineData("alice@example.com", " ALICE@example.com", false)]
    [InlineData("bob@example.com", "BOB@example.com", true)]
    [InlineData("BOB@example.com", "BOB@example.com", false)]
    public async Task Reset_FlagOfTheNormalisedAddress_IsTheProof(string flag, string typed, bool isDone)
    {
        await _fixture.VerifyAsync(flag);
        using var answer = await _fixture.ResetAsync(Reset, typed, "NewPass1!");
        Assert.Equal(isDone, (await AppFixture.ReadAsync(answer)).Code == 0);
        if (isDone)
        {
            Assert.True(_fixture.App.Users.PasswordIs(typed, "NewPass1!"));
            Assert.False(await _fixture.Flags.IsVerifiedAsync(flag));
        }
    }

    [Fact]
    public async Task Reset_Done_EndsTheSessionsBeforeIt()
    {
        using var login = await _fixture.LogInAsync(Login, "alice@example.com", "alice-password");
        var before = login.Headers.GetValues("Authorization").Single();
        Assert.Equal(200, await InfoAsync(before));
        await _fixture.VerifyAsync("alice@example.com");
        using var reset = await _fixture.ResetAsync(Reset, "alice@example.com", "NewPass1!");
        var (_, data, _) = await AppFixture.ReadAsync(reset);
        Assert.False(data.TryGetProperty("access_token", out _));
        Assert.Equal(401, await InfoAsync(before));
        Assert.Equal(200, await InfoAsync(reset.Headers.GetValues("Authorization").Single()));
    }

    [Theory]
    [InlineData("{}", "101 email and passwords are required")]
    [InlineData("null", "101 email and passwords are required")]
    [InlineData("[]", "101 json: cannot unmarshal array into Go value")]
    [InlineData("", "101 EOF")]
    [InlineData("{bad", "101 invalid character in the request's body")]
    [InlineData("""{"email":"alice@example.com","new_password":"a","confirm_new_password":"a"}""", "109 email not verified")]
    public async Task Reset_Faulty_IsRefused(string body, string said)
    {
        using var answer = await _fixture.Http.PostAsync(new Uri(Reset, UriKind.Relative), new StringContent(body));
        var (code, _, message) = await AppFixture.ReadAsync(answer);
        Assert.Equal(said, $"{code} {message}");
    }

    private async Task<int> InfoAsync(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await _fixture.Http.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
