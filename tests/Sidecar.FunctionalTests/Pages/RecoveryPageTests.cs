using System.Net;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Pages;

/// <summary>The recovery page over the wire, as no honest browser would use it.</summary>
public sealed partial class RecoveryPageTests(RecoveryPageTests.PageWorld pages) : IClassFixture<RecoveryPageTests.PageWorld>
{
    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Page_Headers_LetNothingInAndNothingOut(string method)
    {
        using var client = pages.NewClient();
        using var answer = await client.SendAsync(new(new(method), "/user/forget"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", Header(answer, "Content-Security-Policy"));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Contains("httponly", Header(answer, "Set-Cookie"), StringComparison.Ordinal);
        Assert.Contains("samesite=lax", Header(answer, "Set-Cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Markup_HoldsNoCodeAndNothingFromElsewhere()
    {
        using var client = pages.NewClient();
        var page = await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative));

        Assert.DoesNotMatch(@"<style|style=|<script(?! src=""/user/forget/assets/)| on\w+=|https?://", page);
        foreach (var asset in Asset().Matches(page).Select(static match => match.Groups[1].Value).Distinct())
        {
            using var answer = await client.GetAsync(new Uri(asset, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("public, max-age=31536000, immutable", Header(answer, "Cache-Control"));
            Assert.DoesNotMatch(@"https?://|@import", await answer.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Form_FromAnotherSite_IsForbidden(string header, string value)
    {
        using var client = pages.NewClient();
        var token = await client.TokenAsync();
        using var answer = await client.PostAsync(token, [("step", "address"), ("email", "alice@example.com")], (header, value));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("autocomplete=\"username\"", await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_WithoutTheCookiesToken_ChangesNothing()
    {
        using var client = pages.NewClient();
        await client.TokenAsync();
        using var answer = await client.PostAsync(new string('0', 32) + ".0", [("step", "address"), ("email", "alice@example.com")], ("Origin", "null"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("open for too long", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("name=\"email\"", await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative)), StringComparison.Ordinal);
    }

    /// <summary>A redirect would lead it to a page that knows of nothing.</summary>
    [Fact]
    public async Task Form_OfABrowserWithoutCookies_IsToldWhy()
    {
        using var client = pages.NewClient();
        using var bare = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = pages.World.Sidecar.BaseUrl };
        using var form = new FormUrlEncodedContent([new("page", await client.TokenAsync()), new("step", "address"), new("email", "alice@example.com")]);
        using var answer = await bare.PostAsync(new Uri("/user/forget", UriKind.Relative), form);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("keeps no cookies", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_OfAWindowLeftBehindAtThePicture_IsAnsweredWithAPicture()
    {
        using var client = pages.NewClient();
        (await client.PostAsync(await client.TokenAsync(), [("step", "address"), ("email", "alice@example.com")])).Dispose();
        using var answer = await client.PostAsync(new string('0', 32) + ".0", [("step", "picture"), ("captcha", RecoveryWorld.Captcha)]);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("src=\"data:image/", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", 2, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", 2, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", 70_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Form_ThatIsNone_IsAnsweredWithAPage(string type, int length, HttpStatusCode status)
    {
        using var client = pages.NewClient();
        await client.TokenAsync();
        using var content = new StringContent(new string('1', length), new System.Net.Http.Headers.MediaTypeHeaderValue(type));
        using var answer = await client.PostAsync(new Uri("/user/forget", UriKind.Relative), content);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains("name=\"email\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/user/forget/")]
    [InlineData("GET", "/.well-known/change-password")]
    [InlineData("POST", "/.well-known/change-password")]
    [InlineData("GET", "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200")]
    [InlineData("OPTIONS", "/user/forget")]
    public async Task Answer_BesideThePages_HasTheirHeaders(string method, string path)
    {
        using var client = pages.NewClient();
        using var answer = await client.SendAsync(new(new(method), path));

        Assert.Contains("frame-ancestors 'none'", Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
    }

    [Fact]
    public async Task Title_OfEachStep_IsItsOwn()
    {
        using var client = pages.NewClient();
        var first = Title().Match(await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative))).Value;
        (await client.PostAsync(await client.TokenAsync(), [("step", "address"), ("email", "alice@example.com")])).Dispose();
        var second = Title().Match(await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative))).Value;

        Assert.StartsWith("<title>Reset your password ·", first, StringComparison.Ordinal);
        Assert.StartsWith("<title>Type what you see · Reset your password ·", second, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("code", "otp", "AAAAAAAA")]
    [InlineData("password", "password", "tetrapod bramble")]
    [InlineData("picture", "captcha", "FIXED")]
    [InlineData("nonsense", "x", "y")]
    public async Task Form_OfALaterStep_SkipsNothing(string step, string field, string value)
    {
        using var client = pages.NewClient();
        using var answer = await client.PostAsync(await client.TokenAsync(), [("step", step), (field, value), ("repeat", value)]);

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Contains("name=\"email\"", await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_KnownAndUnknownAddress_AreTheSame()
    {
        var user = pages.World.NewUser();

        var known = await PagesOfAsync(user);
        var unknown = await PagesOfAsync(pages.World.UnknownLike(user));

        Assert.Equal(known, unknown);
    }

    [Fact]
    public async Task Addresses_OfTheWholeRecovery_AreInNoUrlAndNoLog()
    {
        var user = pages.World.NewUser();
        await PagesOfAsync(user);

        Assert.DoesNotContain(user, pages.World.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>@x")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("<!-- notice -->")]
    public async Task Address_WithMarkup_IsShownAsText(string typed)
    {
        using var client = pages.NewClient();
        using var answer = await client.PostAsync(await client.TokenAsync(), [("step", "address"), ("email", typed)]);
        var page = await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative));

        Assert.DoesNotContain(typed, page, StringComparison.Ordinal);
        Assert.Contains(WebUtility.HtmlEncode(typed[..4]).Replace("&#39;", "&#x27;", StringComparison.Ordinal)[..4], page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Method_Other_IsRefused()
    {
        using var client = pages.NewClient();
        using var answer = await client.SendAsync(new(HttpMethod.Delete, "/user/forget"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    /// <summary>The browser shows the answer to the second, with the cookies of both forms as they were before either.</summary>
    [Fact]
    public async Task Form_SentTwice_IsAnsweredTwiceAsOnce()
    {
        var user = pages.World.NewUser();
        using var client = pages.NewClient();
        (await client.PostAsync(await client.TokenAsync(), [("step", "address"), ("email", user)])).Dispose();
        await TwiceAsync("picture", "captcha", RecoveryWorld.Captcha, "name=\"otp\"");
        await TwiceAsync("code", "otp", await pages.World.MailedCodeAsync(user), "name=\"password\"");
        await TwiceAsync("password", "password", "tetrapod bramble", "id=\"done\"");

        Assert.Equal(1, await pages.World.CountMailsAsync(user));

        async Task TwiceAsync(string step, string field, string value, string next)
        {
            var token = await client.TokenAsync();
            var before = client.CookieHeader();
            (await client.PostAsync(token, [("step", step), (field, value), ("repeat", value)])).Dispose();
            client.Restore(before);
            (await client.PostAsync(token, [("step", step), (field, value), ("repeat", value)])).Dispose();
            Assert.Contains(next, await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative)), StringComparison.Ordinal);
        }
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(',', answer.Headers.NonValidated[name].Concat(Enumerable.Empty<string>()));

    /// <summary>What is shown up to a wrong code, with what differs by chance taken out.</summary>
    private async Task<string> PagesOfAsync(string email)
    {
        using var client = pages.NewClient();
        var shown = "";
        foreach (var (step, field, value) in new[] { ("address", "email", email), ("picture", "captcha", RecoveryWorld.Captcha), ("code", "otp", "AAAAAAAA") })
        {
            using var answer = await client.PostAsync(await client.TokenAsync(), [("step", step), (field, value)]);
            shown += $"{(int)answer.StatusCode} {answer.Headers.Location}\n{await client.GetStringAsync(new Uri("/user/forget", UriKind.Relative))}";
        }

        return Chance().Replace(shown.Replace(email, "ADDRESS", StringComparison.Ordinal), "");
    }

    [GeneratedRegex("<title>[^<]*")]
    private static partial Regex Title();

    [GeneratedRegex("(?:href|src)=\"(/user/forget/assets/[^\"]+)\"")]
    private static partial Regex Asset();

    [GeneratedRegex(@"value=""[0-9a-f]{32}\.[0-9a-f]{16}""|data:image/[^""]*|\b(59|60)\b")]
    private static partial Regex Chance();

    internal sealed class Client(Uri host, CookieContainer cookies) : HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies })
    {
        public string CookieHeader() => cookies.GetCookieHeader(host);

        public void Restore(string header)
        {
            foreach (var cookie in header.Split("; "))
            {
                cookies.SetCookies(host, cookie + "; path=/");
            }
        }

        public Client Begin()
        {
            BaseAddress = host;
            return this;
        }

        public async Task<string> TokenAsync() => Regex.Match(await GetStringAsync(new Uri("/user/forget", UriKind.Relative)), "name=\"page\" value=\"([^\"]+)\"").Groups[1].Value;

        public async Task<HttpResponseMessage> PostAsync(string token, (string Name, string Value)[] fields, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/user/forget") { Content = new FormUrlEncodedContent([new("page", token), .. fields.Select(static f => KeyValuePair.Create(f.Name, f.Value))]) };
            foreach (var (name, value) in headers)
            {
                request.Headers.Add(name, value);
            }

            return await SendAsync(request);
        }
    }

    public sealed class PageWorld : IAsyncLifetime
    {
        private RecoveryWorld? world;

        internal RecoveryWorld World => world!;

        public async ValueTask InitializeAsync() => world = await RecoveryWorld.StartAsync(new());

        public ValueTask DisposeAsync() => world?.DisposeAsync() ?? ValueTask.CompletedTask;

        internal Client NewClient() => new Client(World.Sidecar.BaseUrl, new()).Begin();
    }
}
