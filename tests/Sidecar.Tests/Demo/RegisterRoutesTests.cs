namespace Sidecar.Tests.Demo;

/// <summary>The stand-in's sign-up in the app's words.</summary>
public sealed class RegisterRoutesTests : IAsyncLifetime
{
    private readonly AppFixture _fixture = new();

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("/v1/user/register", "/v1/user/login")]
    [InlineData("/api/v1/users", "/api/v1/auth/login")]
    public async Task Register_NewAddress_MakesAnAccountOnce(string path, string login)
    {
        var body = $$"""{"nickname":"Nora","email":"nora@example.com","password":"{{_fixture.App.Cipher.Encrypt("nora-password")}}"}""";

        Assert.Contains("\"nickname\":\"Nora\"", await _fixture.PostAsync(path, body), StringComparison.Ordinal);
        using var answer = await _fixture.LogInAsync(login, "nora@example.com", "nora-password");
        Assert.Equal(0, (await AppFixture.ReadAsync(answer)).Code);
        Assert.Equal("200 {\"code\":103,\"data\":false,\"message\":\"Email: nora@example.com has already registered!\"}", await _fixture.PostAsync(path, body));
    }

    [Theory]
    [InlineData("{}", 101, "null", "required argument are missing: nickname,email,password; ")]
    [InlineData("""{"email":"qa@example.com"}""", 101, "null", "required argument are missing: nickname,password; ")]
    [InlineData("""{"nickname":"x","email":"nobody","password":"x"}""", 103, "false", "Invalid email address: nobody!")]
    [InlineData("""{"nickname":"x","email":"Alice@example.com ","password":"x"}""", 103, "false", "Invalid email address: Alice@example.com !")]
    [InlineData("""{"nickname":"x","email":"Alice@example.com","password":"x"}""", 103, "false", "Email: Alice@example.com has already registered!")]
    public async Task Register_WhatItDoesNotTake_IsRefusedInItsWords(string body, int code, string data, string message) =>
        Assert.Equal($"200 {{\"code\":{code},\"data\":{data},\"message\":\"{message}\"}}", await _fixture.PostAsync("/v1/user/register", body));
}
