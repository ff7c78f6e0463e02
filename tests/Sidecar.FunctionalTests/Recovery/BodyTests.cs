using System.Text;
using System.Text.Json.Nodes;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Whatever a body holds, the answer is one in the contract's words, and nothing of it reaches the app.</summary>
public sealed class BodyTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";
    private static readonly string[] Steps = ["code", "verify", "reset"];

    private readonly RecoveryWorld world = shared.World;

    [Theory]
    [InlineData(Json, "{", 100)]
    [InlineData(Json, "{\"email\":\"a@example.com\",}", 100)]
    [InlineData(Json, "\u0000", 100)]
    [InlineData(Json, "{\"email\":\"\\ud800\"}", 100)]
    [InlineData(Json, "[1]", 100)]
    [InlineData(Json, "null", 100)]
    [InlineData(Json, "\"text\"", 100)]
    [InlineData(Json, "{}", 101)]
    [InlineData(Json, "", 101)]
    [InlineData(Json, "{\"email\":\"\",\"captcha\":\"\",\"otp\":\"\"}", 101)]
    [InlineData(Json, "{\"email\":null,\"captcha\":null,\"otp\":null}", 101)]
    [InlineData(Json, "{\"email\":\"a@example.com\"}", 101)]
    [InlineData("text/plain", "email=a@example.com&captcha=FIXED&otp=AAAAAAAA", 100)]
    [InlineData("multipart/form-data", "email", 100)]
    [InlineData("multipart/form-data; boundary=x", "--y", 100)]
    [InlineData(Form, "email=", 101)]
    [InlineData("nonsense", "x", 100)]
    public async Task Steps_UnusableBody_AreAnsweredInTheContractsWords(string contentType, string body, int code)
    {
        foreach (var contract in (string[])["v1", "rest"])
        {
            var client = world.NewClient(contract: contract);
            foreach (var step in Steps)
            {
                var reply = await client.SendAsync("POST", client.Path(step), contentType, body);

                Assert.Equal((200, code), (reply.Status, reply.Code));
                AssertTame(reply);
            }
        }

        Assert.Empty(world.App.TrapHits.Targets);
    }

    [Theory]
    [InlineData("{\"email\":17,\"captcha\":\"FIXED\",\"otp\":\"AAAAAAAA\",\"new_password\":\"a\",\"confirm_new_password\":\"a\"}")]
    [InlineData("{\"email\":[\"a@example.com\"],\"captcha\":\"FIXED\",\"otp\":\"AAAAAAAA\",\"new_password\":\"a\",\"confirm_new_password\":\"a\"}")]
    [InlineData("{\"email\":{\"$ne\":1},\"captcha\":{\"$ne\":1},\"otp\":{\"$ne\":1},\"new_password\":{},\"confirm_new_password\":true}")]
    [InlineData("{\"email\":\"a@example.com\",\"captcha\":true,\"otp\":17,\"new_password\":17,\"confirm_new_password\":17}")]
    [InlineData("{\"email\":\"a\\u0000b@example.com\",\"captcha\":\"FIXED\",\"otp\":\"AAAAAAAA\",\"new_password\":\"a\",\"confirm_new_password\":\"a\"}")]
    [InlineData("{\"email\":\"a@example.com\\r\\nBcc: b@example.com\",\"captcha\":\"FIXED\",\"otp\":\"A\\u0007\",\"new_password\":\"a\",\"confirm_new_password\":\"a\"}")]
    public async Task Steps_WrongTypesAndControls_AreRefused(string body)
    {
        var client = world.NewClient();
        foreach (var step in Steps)
        {
            var reply = await client.SendAsync("POST", client.Path(step), Json, body);

            Assert.Equal(200, reply.Status);
            Assert.Contains(reply.Code, new int?[] { 10, 100, 101, 102, 109 });
            AssertTame(reply);
        }
    }

    [Fact]
    public async Task Steps_AddressOfTenKilobytes_IsNoAddress()
    {
        var client = world.NewClient();
        var email = new string('a', 10_000) + "@example.com";

        Assert.Equal("102 invalid email", (await client.CaptchaAsync(email)).Words);
        Assert.Equal("102 invalid email", (await client.CodeAsync(email)).Words);
        Assert.Equal("102 invalid email", (await client.VerifyAsync(email, "AAAAAAAA")).Words);
        Assert.Equal("109 email not verified", (await client.ResetAsync(email)).Words);
    }

    [Fact]
    public async Task Steps_BodyAtAndOverTheBound_AreReadAndRefused()
    {
        var client = world.NewClient();
        foreach (var step in Steps)
        {
            Assert.Equal("101 request body too large", (await client.SendAsync("POST", client.Path(step), Json, Padded(64 * 1024 + 1))).Words);
            var within = await client.SendAsync("POST", client.Path(step), Json, Padded(64 * 1024));
            Assert.Contains("required", within.Words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Steps_FormAndMultipart_WorkAsJsonDoes()
    {
        var email = world.NewUser();
        var client = new RecoveryClient(world, world.Sidecar.BaseUrl) { SendsForms = true };
        await client.CaptchaAsync(email);
        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync(email)).Words);
        var code = await world.MailedCodeAsync(email);
        var multipart = $"--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n{email}\r\n--x\r\nContent-Disposition: form-data; name=\"otp\"\r\n\r\n{code}\r\n--x--\r\n";

        var verified = await client.SendAsync("POST", client.Path("verify"), "multipart/form-data; boundary=x", multipart);

        Assert.Equal("0 otp verified", verified.Words);
    }

    [Theory]
    [InlineData("DELETE", "/v1/user/forget/otp")]
    [InlineData("GET", "/v1/user/forget/reset-password")]
    [InlineData("BREW", "/v1/user/forget/verify-otp")]
    [InlineData("PUT", "/api/v1/auth/password/reset")]
    [InlineData("GET", "/api/v1/auth/password/forgot/captcha")]
    public async Task Steps_OtherMethod_NeverReachTheApp(string method, string target)
    {
        var reply = await world.NewClient().SendAsync(method, target, Json, "{}");

        Assert.Equal(100, reply.Code);
        AssertTame(reply);
        Assert.Empty(world.App.TrapHits.Targets);
    }

    [Fact]
    public async Task Captcha_EmailMissingOrOdd_IsAnsweredInTheContractsWords()
    {
        var client = world.NewClient();

        Assert.Equal("101 email is required", (await client.SendAsync("GET", "/v1/user/forget/captcha")).Words);
        Assert.Equal("101 email is required", (await client.SendAsync("GET", "/v1/user/forget/captcha?email=")).Words);
        Assert.Equal("102 invalid email", (await client.SendAsync("GET", "/v1/user/forget/captcha?email=%00%FF%0d%0a@x")).Words);
        Assert.Equal("102 invalid email", (await client.SendAsync("GET", "/v1/user/forget/captcha?email=a%zz")).Words);
    }

    private static byte[] Padded(int length)
    {
        var empty = new JsonObject { ["padding"] = "" }.ToJsonString();
        return Encoding.ASCII.GetBytes(new JsonObject { ["padding"] = new string('x', length - empty.Length) }.ToJsonString());
    }

    private static void AssertTame(Reply reply)
    {
        Assert.Equal("application/json", reply.Header("Content-Type"));
        Assert.DoesNotContain("   at ", reply.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", reply.Words.Replace("MethodNotAllowed", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
