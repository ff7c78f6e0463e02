using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Pages;

/// <summary>The script tag in the app's documents, through the real binary.</summary>
public sealed partial class LoginLinkTests : IAsyncLifetime
{
    private DocumentApp app = null!;
    private SidecarProcess sidecar = null!;

    public async ValueTask InitializeAsync()
    {
        app = await DocumentApp.StartAsync();
        sidecar = await StartAsync("pages.login_link.enabled=true");
    }

    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Document_InAnyCoding_GetsOneTagAndNothingElse(string coding)
    {
        foreach (var target in (string[])[$"/login?coding={coding}", $"/?coding={coding}&chunked"])
        {
            var answer = await GetAsync(target);

            var text = Decoded(answer);
            var tag = Assert.Single(Tag().Matches(text));
            Assert.Equal(DocumentApp.Html, text.Remove(tag.Index, tag.Length));
            Assert.StartsWith("</head>", text[(tag.Index + tag.Length)..], StringComparison.Ordinal);
            Assert.Equal(coding.Length == 0 ? null : coding, answer.Value("Content-Encoding"));
            Assert.Null(answer.Value("Accept-Ranges"));
            Assert.Null(answer.Value("Repr-Digest"));
            Assert.Matches("""^W/"v1-sidecar-[0-9a-f]{8}s"$""", answer.Value("ETag"));
        }
    }

    [Fact]
    public async Task Script_ThatTheTagNames_IsThere()
    {
        var source = Tag().Match(Decoded(await GetAsync("/login"))).Groups[1].Value;

        var script = await GetAsync(source);

        Assert.Equal(200, script.Status);
        Assert.Equal("text/javascript; charset=utf-8", script.Value("Content-Type"));
        Assert.Contains("忘记密码", Regex.Unescape(Encoding.UTF8.GetString(script.Body).Split("})(")[^1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Length_OfAPlainDocument_IsItsOwn()
    {
        var answer = await GetAsync("/login");

        Assert.Equal(answer.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), answer.Value("Content-Length"));
    }

    [Fact]
    public async Task Head_OfADocument_SaysTheSameAsItsGetAndNoWrongLength()
    {
        var head = await SendAsync("HEAD", "/login");

        Assert.Equal(200, head.Status);
        Assert.Null(head.Value("Content-Length"));
        Assert.Equal((await GetAsync("/login")).Value("ETag"), head.Value("ETag"));
    }

    [Fact]
    public async Task Copy_WithTheScript_IsConfirmed()
    {
        var etag = (await GetAsync("/login")).Value("ETag")!;

        var answer = await GetAsync("/login", ("If-None-Match", etag), ("If-Modified-Since", "Wed, 21 Oct 2015 07:28:00 GMT"));

        Assert.Equal(304, answer.Status);
        Assert.Equal(etag, answer.Value("ETag"));
        Assert.Equal(DocumentApp.ETag, app.Requests.Last().IfNoneMatch.ToString());
    }

    [Theory]
    [InlineData("If-None-Match", DocumentApp.ETag)]
    [InlineData("If-None-Match", "W/\"v1-sidecar-00000000s\"")]
    [InlineData("If-Modified-Since", "Wed, 21 Oct 2015 07:28:00 GMT")]
    public async Task Copy_WithoutTheScript_IsReplaced(string name, string value) =>
        Assert.Single(Tag().Matches(Decoded(await GetAsync("/login", (name, value)))));

    [Theory]
    [InlineData("Cache-Control", "no-transform")]
    [InlineData("Content-Security-Policy", "script-src 'none'")]
    [InlineData("Content-Security-Policy", "script-src 'strict-dynamic' 'sha256-abc'")]
    [InlineData("Content-Encoding", "zstd")]
    [InlineData("Content-Encoding", "gzip, br")]
    [InlineData("Content-Type", "text/html; charset=utf-16")]
    public async Task Document_ThatMustNotBeTouched_IsTheAppsAndIsReported(string name, string value)
    {
        app.Adds[name] = value;

        var answer = await GetAsync("/login");

        AssertUntouched(answer);
        await Eventually.TrueAsync(() => sidecar.StandardOutput.Contains("without the login link", StringComparison.Ordinal), "a warning");
        var ready = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken);
        Assert.Equal(200, ready.Status);
        Assert.Contains("\"login_link\":{\"status\":\"failing\"", Encoding.UTF8.GetString(ready.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_WithANonce_GetsItAndKeepsItsBytes()
    {
        const string Policy = "script-src 'nonce-abc123' 'strict-dynamic'; object-src 'none'";
        app.Adds["Content-Security-Policy"] = Policy;
        app.Adds["Content-Security-Policy-Report-Only"] = "script-src 'none'";

        var answer = await GetAsync("/login");

        Assert.Equal(Policy, answer.Value("Content-Security-Policy"));
        Assert.Contains("nonce=\"abc123\" defer></script></head>", Decoded(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/other", "", "")]
    [InlineData("/login/", "", "")]
    [InlineData("/Login", "", "")]
    [InlineData("/%6Cogin", "", "")]
    [InlineData("/login", "Sec-Fetch-Dest", "empty")]
    [InlineData("/login", "Sec-Fetch-Dest", "iframe")]
    [InlineData("/login", "Accept", "application/json")]
    [InlineData("/login?type=application/json", "", "")]
    [InlineData("/login?type=text/plain", "", "")]
    public async Task Anything_Else_StaysByteTrue(string target, string name, string value) =>
        AssertUntouched(await (name.Length == 0 ? GetAsync(target) : GetAsync(target, (name, value))));

    [Fact]
    public async Task Coding_ThatCannotBeTakenOff_IsNotAskedFor()
    {
        await GetAsync("/login", ("Accept-Encoding", "gzip, deflate, br, zstd"));
        Assert.Equal("gzip, br", app.Requests.Last().AcceptEncoding.ToString());

        await GetAsync("/other", ("Accept-Encoding", "gzip, deflate, br, zstd"));
        Assert.Equal("gzip, deflate, br, zstd", app.Requests.Last().AcceptEncoding.ToString());
    }

    [Fact]
    public async Task Document_ThatComesSlowly_GoesOnAsItComes()
    {
        var more = new TaskCompletionSource();
        await using var slow = new ScriptedApp(async (_, stream, cancellation) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!doctype html><he"u8.ToArray(), cancellation);
            await stream.WriteAsync("ad></head><p>first"u8.ToArray(), cancellation);
            await more.Task.WaitAsync(cancellation);
            await stream.WriteAsync("second"u8.ToArray(), cancellation);
        });
        await using var other = await SidecarProcess.StartAsync(Launch(slow.Address, "pages.login_link.enabled=true"));
        await using var connection = await RawConnection.OpenAsync(other.BaseUrl);

        await connection.SendAsync("GET /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await connection.ReadUntilAsync("first");
        more.SetResult();

        var answer = await connection.ReadToEndAsync();
        Assert.Contains("second", answer, StringComparison.Ordinal);
        Assert.Matches("<head><script src=[^>]*></script></head>", answer);
    }

    [Theory]
    [InlineData("pages.login_link.enabled=false")]
    [InlineData("pages.path=")]
    [InlineData("recovery.enabled=false")]
    public async Task Off_ChangesNotAByte(string setting)
    {
        await using var off = await StartAsync(setting, setting.StartsWith("pages.login", StringComparison.Ordinal) ? "captcha.length=5" : "pages.login_link.enabled=true");
        foreach (var coding in (string[])["", "gzip", "br"])
        {
            AssertUntouched(await RawHttp.SendAsync(new(off.BaseUrl, "GET", $"/login?coding={coding}"), TestContext.Current.CancellationToken), coding);
        }

        AssertUntouched(await RawHttp.SendAsync(new(off.BaseUrl, "GET", "/user/forget/login-link.js"), TestContext.Current.CancellationToken));
        var known = await RawHttp.SendAsync(new(off.BaseUrl, "GET", "/login") { Headers = [new("If-None-Match", DocumentApp.ETag)] }, TestContext.Current.CancellationToken);
        Assert.Equal(304, known.Status);
    }

    private static void AssertUntouched(RawResponse answer, string coding = "")
    {
        Assert.Equal(200, answer.Status);
        Assert.Equal(DocumentApp.Encoded(coding), answer.Body);
        Assert.Equal(DocumentApp.ETag, answer.Value("ETag"));
        Assert.Equal("bytes", answer.Value("Accept-Ranges"));
        Assert.Equal("sha-256=:AAAA:", answer.Value("Repr-Digest"));
        Assert.Equal(answer.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), answer.Value("Content-Length"));
    }

    private static string Decoded(RawResponse answer)
    {
        using var body = new MemoryStream(answer.Body);
        using Stream plain = answer.Value("Content-Encoding") switch
        {
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            _ => body,
        };
        using var reader = new StreamReader(plain, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private Task<SidecarProcess> StartAsync(params string[] settings) => SidecarProcess.StartAsync(Launch(app.Address, settings));

    private static SidecarLaunch Launch(Uri upstream, params string[] settings) => new() { Upstream = upstream, Development = false, Settings = settings };

    private Task<RawResponse> GetAsync(string target, params (string Name, string Value)[] headers) => SendAsync("GET", target, headers);

    private Task<RawResponse> SendAsync(string method, string target, params (string Name, string Value)[] headers) =>
        RawHttp.SendAsync(new(sidecar.BaseUrl, method, target) { Headers = [.. headers.Select(static header => KeyValuePair.Create(header.Name, header.Value))] }, TestContext.Current.CancellationToken);

    [GeneratedRegex("<script src=\"(/user/forget/login-link\\.js\\?v=[0-9a-f]+)\" defer></script>")]
    private static partial Regex Tag();
}
