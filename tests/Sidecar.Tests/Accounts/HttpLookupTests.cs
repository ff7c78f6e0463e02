using System.Net;
using System.Text;
using Sidecar.Accounts;

namespace Sidecar.Tests.Accounts;

public sealed class HttpLookupTests : HttpMessageHandler
{
    private const string Secret = "Bearer hush";

    private Func<CancellationToken, Task<HttpResponseMessage>> _answer = static _ => throw new InvalidOperationException();

    [Theory]
    [InlineData(200, "", true)]
    [InlineData(404, "", false)]
    public async Task Exists_StatusAlone_IsYesOrNo(int status, string body, bool exists) => Assert.Equal(exists, await AskAsync(status, body));

    [Theory]
    [InlineData(204)]
    [InlineData(302)]
    [InlineData(401)]
    [InlineData(500)]
    public async Task Exists_AnyOtherStatus_IsNoAnswer(int status) => await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await AskAsync(status, ""));

    [Theory]
    [InlineData("""{"user":{"id":7}}""", "/user/id", null, true)]
    [InlineData("""{"user":null}""", "/user/id", null, false)]
    [InlineData("""{"user":null}""", "/user", null, false)]
    [InlineData("""{"exists":false}""", "/exists", null, false)]
    [InlineData("""{"count":0}""", "/count", null, false)]
    [InlineData("""{"count":2}""", "/count", "1", false)]
    [InlineData("""{"count":1}""", "/count", "1", true)]
    [InlineData("""{"status":"active"}""", "/status", "active", true)]
    [InlineData("""{"status":"Active"}""", "/status", "active", false)]
    [InlineData("""{"exists":true}""", "/exists", "true", true)]
    [InlineData("""[]""", "", null, false)]
    [InlineData("""[{"id":1}]""", "/0/id", null, true)]
    [InlineData("""[{"id":1}]""", "/00/id", null, false)]
    [InlineData("""{"a/b":{"~":"x"}}""", "/a~1b/~0", null, true)]
    public async Task Exists_Pointer_ReadsTheAnswer(string body, string path, string? expected, bool exists) =>
        Assert.Equal(exists, await AskAsync(200, body, new() { Pointer = path, Expected = expected }));

    [Theory]
    [InlineData("<html>")]
    [InlineData("")]
    public async Task Exists_NoJsonWhereThePointerLooks_IsNoAnswer(string body) =>
        await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await AskAsync(200, body, new() { Pointer = "/x" }));

    [Fact]
    public async Task Exists_NotAscii_IsUnknownWithoutAsking() => Assert.False(await AskAsync(200, "", address: "jürgen@example.com"));

    [Fact]
    public async Task Exists_NoAnswerInTime_IsToldWithoutTheAddress()
    {
        _answer = static async cancellation => { await Task.Delay(Timeout.Infinite, cancellation); return new(); };
        using var lookup = new HttpMessageInvoker(this, disposeHandler: false);
        var http = new HttpLookup(Options(new(), TimeSpan.FromMilliseconds(50)), lookup);

        var error = await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await http.ExistsAsync(Address("alice@example.com"), default));

        Assert.DoesNotContain("alice", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("accounts.http.url did not answer within 0.05 s", http.Trouble);
    }

    [Fact]
    public async Task Request_Address_IsEscapedWhereverItStands()
    {
        var options = new HttpLookupOptions
        {
            Url = "http://app.test/users/{email}?q={email}",
            Method = "POST",
            Body = """{"email":"{email}"}""",
            Headers = [new("Authorization", Secret)],
        };
        using var request = new HttpLookup(Options(options), null!).Request(Address("a/b+c&d?e#f%'{}@example.com"));

        Assert.Equal("/users/a%2Fb%2Bc%26d%3Fe%23f%25%27%7B%7D%40example.com?q=a%2Fb%2Bc%26d%3Fe%23f%25%27%7B%7D%40example.com", request.RequestUri!.PathAndQuery);
        Assert.Equal("a/b+c&d?e#f%'{}@example.com", System.Text.Json.JsonDocument.Parse(await request.Content!.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("email").GetString());
        Assert.True(request.Options.TryGetValue(Sidecar.Hosting.SidecarTelemetry.NamesSomebody, out _));
        Assert.Equal(Secret, string.Join("", request.Headers.GetValues("Authorization")));
    }

    [Fact]
    public async Task Request_Form_IsPercentEncoded()
    {
        var options = new HttpLookupOptions { Url = "http://app.test/", Method = "POST", Body = "mail={email}", ContentType = "application/x-www-form-urlencoded" };
        using var request = new HttpLookup(Options(options), null!).Request(Address("a+b&c=d@example.com"));

        Assert.Equal("mail=a%2Bb%26c%3Dd%40example.com", await request.Content!.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("accounts.http.url", "")]
    [InlineData("accounts.http.url", "accounts.http.url=/users/{email}")]
    [InlineData("accounts.http.url", "accounts.http.url=http://{email}/users")]
    [InlineData("accounts.http.url", "accounts.http.url=http://app/{email}#x")]
    [InlineData("accounts.http.url", "accounts.http.url=http://app/users")]
    [InlineData("accounts.http.exists.json_pointer", "accounts.http.url=http://app/{email}", "accounts.http.exists.json_pointer=id")]
    [InlineData("accounts.http.exists.equals", "accounts.http.url=http://app/{email}", "accounts.http.exists.equals=1")]
    [InlineData("accounts.http.missing.status", "accounts.http.url=http://app/{email}", "accounts.http.missing.status=200")]
    [InlineData("accounts.http.exists.status", "accounts.http.url=http://app/{email}", "accounts.http.exists.status=abc")]
    [InlineData("accounts.http.method", "accounts.http.url=http://app/{email}", "accounts.http.method=DELETE")]
    public void Read_WhatDoesNotFit_IsAFault(string key, params string[] settings)
    {
        var root = TestSettings.Of([("accounts.kind", "http"), .. settings.Where(static s => s.Length > 0).Select(static s => (s[..s.IndexOf('=')], s[(s.IndexOf('=') + 1)..]))]);
        AccountsOptions.Read(root, new("http://app"));

        Assert.Equal([key], root.Faults.Select(static fault => fault.Key));
    }

    [Fact]
    public void Read_AllOfIt_HasNoFault()
    {
        var root = TestSettings.Of(
            ("accounts.kind", "http"), ("accounts.http.url", "https://app/users?mail={email}"), ("accounts.http.headers.X_Api_Key", "k"),
            ("accounts.http.exists.status", "200,204"), ("accounts.http.exists.json_pointer", "/data/0"), ("accounts.http.exists.equals", "1"), ("accounts.http.missing.status", "404,410"));
        var options = AccountsOptions.Read(root, new("http://app"));
        root.RejectUnknownKeys();

        Assert.Empty(root.Faults);
        Assert.Equal("X-Api-Key", Assert.Single(options.Http.Headers).Key);
        Assert.Equal(([200, 204], [404, 410]), (options.Http.ExistsStatus, options.Http.MissingStatus), EqualityComparer<(IReadOnlyList<int>, IReadOnlyList<int>)>.Create(static (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2)));
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _answer(cancellationToken);

    private async Task<bool> AskAsync(int status, string body, HttpLookupOptions? http = null, string address = "alice@example.com")
    {
        _answer = _ => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) });
        using var client = new HttpMessageInvoker(this, disposeHandler: false);
        return await new HttpLookup(Options(http ?? new()), client).ExistsAsync(Address(address), default);
    }

    private static AccountsOptions Options(HttpLookupOptions http, TimeSpan? timeout = null) =>
        new(AccountsKind.Http, new("http://app.test"), timeout ?? TimeSpan.FromSeconds(30), TimeSpan.Zero) { Http = http.Url.Length > 0 ? http : http with { Url = "http://app.test/users/{email}" } };

    private static EmailAddress Address(string text) => EmailAddress.TryParse(text, out var address) ? address : throw new ArgumentException("no address", nameof(text));
}
