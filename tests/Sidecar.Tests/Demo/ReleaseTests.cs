using Sidecar.Demo.App;

namespace Sidecar.Tests.Demo;

/// <summary>Each family of releases serves its own paths and no others, in its own framework's words.</summary>
public sealed class ReleaseTests
{
    private const string WrongMethod = "\"code\":100,\"data\":null,\"message\":\"<MethodNotAllowed '405: Method Not Allowed'>\"}";

    public static TheoryData<string, string, bool> Paths
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var (release, own) in (IEnumerable<(AppRelease, AppPaths)>)[
                (AppRelease.V1Single, AppPaths.V1Single), (AppRelease.V1, AppPaths.V1), (AppRelease.Rest, AppPaths.Rest), (AppRelease.RestGo, AppPaths.RestGo)])
            {
                foreach (var path in (string[])[.. AppPaths.V1Single.Traps, AppPaths.V1Single.Reset, AppPaths.V1.Verify!, AppPaths.V1.Reset, AppPaths.V1.Login, .. AppPaths.Rest.Traps, AppPaths.Rest.Reset, AppPaths.Rest.Login])
                {
                    data.Add(release.ToString(), path, own.Traps.Append(own.Reset).Append(own.Login).Contains(path));
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Path_OfOneRelease_IsServedByItAlone(string release, string path, bool isServed)
    {
        await using var fixture = await StartAsync(Enum.Parse<AppRelease>(release));
        var answer = await fixture.SendRawAsync($"POST {path}?email=x", "Content-Type: application/json\r\n", "{}");
        var unknown = fixture.Release == AppRelease.V1Single
            ? "{\"code\":100,\"data\":null,\"message\":\"<NotFound '404: Not Found'>\"}"
            : $$"""{"code":404,"data":null,"error":"Not Found","message":"Not Found: {{path}}"}""";
        Assert.Equal(!isServed, answer.EndsWith(unknown, StringComparison.Ordinal));
        Assert.Equal(!isServed && fixture.Release != AppRelease.V1Single ? "HTTP/1.1 404" : "HTTP/1.1 200", answer[..12]);
    }

    [Theory]
    [InlineData(nameof(AppRelease.V1Single))]
    [InlineData(nameof(AppRelease.V1))]
    [InlineData(nameof(AppRelease.Rest))]
    public async Task Method_Wrong_InPython_IsCode100(string release)
    {
        await using var fixture = await StartAsync(Enum.Parse<AppRelease>(release));
        var paths = AppPaths.Of(fixture.Release);
        foreach (var line in (string[])[$"GET {paths.Reset}", $"PUT {paths.Captcha}", $"GET {paths.Otp}"])
        {
            var answer = await fixture.SendRawAsync(line);
            Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
            Assert.EndsWith(WrongMethod, answer, StringComparison.Ordinal);
        }

        Assert.Contains("Allow: POST, OPTIONS\r\n", await fixture.SendRawAsync($"OPTIONS {paths.Reset}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("OPTIONS")]
    public async Task Method_Wrong_InGo_IsAnUnknownPath(string method)
    {
        await using var fixture = await StartAsync(AppRelease.RestGo);
        var answer = await fixture.SendRawAsync($"{method} {AppPaths.RestGo.Reset}", "Origin: http://elsewhere\r\n");
        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json; charset=utf-8\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("X-API-Source: go\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control", answer, StringComparison.Ordinal);
        Assert.EndsWith("\"message\":\"Not Found: /api/v1/auth/password/reset\"}", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(AppRelease.V1), "GET //v1/user/info?a=b", 308, "http://127.0.0.1/v1/user/info?a=b")]
    [InlineData(nameof(AppRelease.V1), "POST /v1//user/login/", 308, "http://127.0.0.1/v1/user/login/")]
    [InlineData(nameof(AppRelease.V1Single), "POST /v1/user//forget", 308, "http://127.0.0.1/v1/user/forget")]
    [InlineData(nameof(AppRelease.Rest), "POST //api/v1/auth/login", 308, "http://127.0.0.1/api/v1/auth/login")]
    [InlineData(nameof(AppRelease.V1), "GET ///v1/user/info", 404, "")]
    [InlineData(nameof(AppRelease.V1), "DELETE //v1/user/info", 404, "")]
    [InlineData(nameof(AppRelease.RestGo), "POST //api/v1/auth/login", 404, "")]
    [InlineData(nameof(AppRelease.RestGo), "POST /api/v1/auth/login/", 307, "http://127.0.0.1/api/v1/auth/login")]
    [InlineData(nameof(AppRelease.RestGo), "GET /api/v1/users/me/", 301, "http://127.0.0.1/api/v1/users/me")]
    public async Task Slashes_TooMany_AreSentOnAsTheFrameworkDoes(string release, string line, int status, string location)
    {
        await using var fixture = await StartAsync(Enum.Parse<AppRelease>(release));
        var answer = await fixture.SendRawAsync(line);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(location.Length > 0, answer.Contains($"Location: {location}\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST /v1/user/forget/otp/")]
    [InlineData("POST /v1/user%2Fforget/otp")]
    [InlineData("POST //v1/user/forget/otp")]
    [InlineData("POST /v1/user/x/../forget/otp")]
    [InlineData("DELETE /v1/user/forget/captcha")]
    public async Task Trap_InAnyDisguise_IsRecorded(string line)
    {
        await using var fixture = await StartAsync(AppRelease.V1);
        await fixture.SendRawAsync(line);
        Assert.Equal([line], fixture.App.TrapHits.Targets);
    }

    [Theory]
    [InlineData(nameof(AppRelease.V1), 2)]
    [InlineData(nameof(AppRelease.RestGo), 1)]
    [InlineData(nameof(AppRelease.Any), 1)]
    public async Task Stream_OfPython_NamesItsTypeTwice(string release, int times)
    {
        await using var fixture = await StartAsync(Enum.Parse<AppRelease>(release));
        var answer = await fixture.SendRawAsync("GET /demo/sse?events=1");
        Assert.Equal(times, answer.Split("Content-Type: text/event-stream; charset=utf-8\r\n").Length - 1);
    }

    [Theory]
    [InlineData(nameof(AppRelease.V1Single), "{\"registerEnabled\":1}", true)]
    [InlineData(nameof(AppRelease.V1), "{\"registerEnabled\":1,\"disablePasswordLogin\":true}", true)]
    [InlineData(nameof(AppRelease.Rest), "{\"registerEnabled\":1,\"disablePasswordLogin\":false}", false)]
    [InlineData(nameof(AppRelease.RestGo), "{\"registerEnabled\":true,\"disablePasswordLogin\":true}", true)]
    public async Task Config_PasswordLoginDisabled_IsTheFrontendsAffair(string release, string data, bool isDisabled)
    {
        await using var fixture = await StartAsync(Enum.Parse<AppRelease>(release), isDisabled);
        var paths = AppPaths.Of(fixture.Release);
        Assert.Contains(data, await fixture.SendRawAsync($"GET {paths.Config}"), StringComparison.Ordinal);
        Assert.Equal(isDisabled, (await fixture.SendRawAsync("GET /")).Contains("<form id=\"login\" hidden>", StringComparison.Ordinal));
        using var answer = await fixture.LogInAsync(paths.Login, "carol@example.com", "carol-password");
        Assert.Equal((0, "Welcome back!"), (await AppFixture.ReadAsync(answer)) is var (code, _, message) ? (code, message) : default);
    }

    private static async Task<AppFixture> StartAsync(AppRelease release, bool disablePasswordLogin = false)
    {
        var fixture = new AppFixture { Release = release, DisablePasswordLogin = disablePasswordLogin };
        await fixture.InitializeAsync();
        return fixture;
    }
}
