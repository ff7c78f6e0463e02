using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Pages;

namespace Sidecar.Tests.Pages;

public sealed class LoginLinkScriptTests
{
    private readonly LoginLinkScript _script = new(new() { Path = "/user/forget" });

    [Fact]
    public async Task Script_AskedForByItsAddress_MayBeKeptForGood()
    {
        var (response, body) = await GetAsync(_script.Source);

        Assert.Equal(200, response.StatusCode);
        Assert.Equal("text/javascript; charset=utf-8", response.ContentType);
        Assert.Equal("nosniff", response.Headers.XContentTypeOptions);
        Assert.Contains("immutable", response.Headers.CacheControl.ToString(), StringComparison.Ordinal);
        Assert.Equal(body.Length, response.ContentLength);
        Assert.Contains("\"page\":\"/user/forget\"", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_OfAnotherVersion_IsAskedForAgain() =>
        Assert.Equal("no-cache", (await GetAsync("/user/forget/login-link.js?v=other")).Response.Headers.CacheControl);

    [Fact]
    public async Task Script_Known_IsNotSentAgain()
    {
        var etag = (await GetAsync(_script.Source)).Response.Headers.ETag.ToString();

        var (response, body) = await GetAsync(_script.Source, "GET", etag);

        Assert.Equal(304, response.StatusCode);
        Assert.Empty(body);
    }

    [Fact]
    public async Task Script_OtherMethods_AreNotServed()
    {
        Assert.Equal(405, (await GetAsync(_script.Source, "POST")).Response.StatusCode);
        Assert.Empty((await GetAsync(_script.Source, "HEAD")).Body);
    }

    [Fact]
    public void Script_OtherSettings_HaveAnotherAddress() =>
        Assert.NotEqual(_script.Source, new LoginLinkScript(new() { LoginLink = new() { Selector = "#p" } }).Source);

    /// <summary>A page under Trusted Types refuses such calls, and one with a strict style policy such attributes.</summary>
    [Theory]
    [InlineData("innerHTML")]
    [InlineData("outerHTML")]
    [InlineData("insertAdjacentHTML")]
    [InlineData("document.write")]
    [InlineData("eval(")]
    [InlineData("cssText")]
    [InlineData("setAttribute('style'")]
    [InlineData("=>")]
    [InlineData("const ")]
    [InlineData("let ")]
    public async Task Script_Calls_AreSafeAndOldOnes(string call) =>
        Assert.DoesNotContain(call, Encoding.UTF8.GetString((await GetAsync(_script.Source)).Body), StringComparison.Ordinal);

    private async Task<(HttpResponse Response, byte[] Body)> GetAsync(string target, string method = "GET", string? etag = null)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        context.Request.Method = method;
        context.Request.QueryString = new(target[target.IndexOf('?', StringComparison.Ordinal)..]);
        context.Request.Headers.IfNoneMatch = etag;
        await _script.ServeAsync(context);
        return (context.Response, body.ToArray());
    }
}
