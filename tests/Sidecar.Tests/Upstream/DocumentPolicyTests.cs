using Microsoft.AspNetCore.Http;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

public sealed class DocumentPolicyTests
{
    [Theory]
    [InlineData("")]
    [InlineData("img-src 'none'; style-src 'self'")]
    [InlineData("default-src 'self'")]
    [InlineData("default-src 'none'; script-src 'self' 'unsafe-eval'")]
    [InlineData("script-src 'none'; script-src-elem 'SELF'")]
    [InlineData("SCRIPT-SRC *")]
    [InlineData("script-src https:")]
    [InlineData("script-src http:")]
    [InlineData("script-src app.example:8443")]
    [InlineData("script-src https://app.example:*")]
    [InlineData("script-src *.example:8443")]
    [InlineData("script-src app.example:8443/user/forget/")]
    [InlineData("script-src app.example:8443/user/forget/login-link.js")]
    [InlineData("script-src 'self'; script-src 'none'")]
    [InlineData("sandbox allow-forms allow-scripts; script-src 'self'")]
    [InlineData("script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'")]
    [InlineData("script-src 'self', default-src https:")]
    public void Policy_ThatLetsTheScriptIn_Allows(string policy)
    {
        Assert.True(Ask([policy], [], out var nonce));
        Assert.Null(nonce);
    }

    [Theory]
    [InlineData("default-src 'none'")]
    [InlineData("script-src")]
    [InlineData("script-src 'unsafe-inline'")]
    [InlineData("script-src 'sha256-abc='")]
    [InlineData("script-src 'self' 'strict-dynamic'")]
    [InlineData("script-src 'strict-dynamic' 'sha256-abc='")]
    [InlineData("script-src cdn.example")]
    [InlineData("script-src app.example")]
    [InlineData("script-src app.example:8443/other/")]
    [InlineData("script-src app.example:8443/user/forget")]
    [InlineData("script-src *.app.example:8443")]
    [InlineData("script-src data: blob:")]
    [InlineData("script-src-elem 'none'; script-src 'self'")]
    [InlineData("sandbox allow-forms")]
    [InlineData("script-src 'self', script-src 'none'")]
    [InlineData("script-src 'none'; script-src 'self'")]
    [InlineData("script-src 'nonce-\"><script>'")]
    public void Policy_ThatKeepsTheScriptOut_Refuses(string policy) => Assert.False(Ask([policy], [], out _));

    [Theory]
    [InlineData("script-src 'nonce-r4nd0m+/='")]
    [InlineData("script-src 'nonce-r4nd0m+/=' 'strict-dynamic'")]
    [InlineData("script-src 'self', script-src 'nonce-r4nd0m+/='")]
    [InlineData("script-src 'nonce-other' 'nonce-r4nd0m+/=', script-src 'strict-dynamic' 'nonce-r4nd0m+/='")]
    public void Policy_WithANonce_IsMetByIt(string policy)
    {
        Assert.True(Ask([policy], [], out var nonce));
        Assert.Equal("r4nd0m+/=", nonce);
    }

    [Fact]
    public void Policies_WithDifferentNonces_AreNotBothMet() => Assert.False(Ask(["script-src 'nonce-a'", "script-src 'nonce-b'"], [], out _));

    [Fact]
    public void Policies_InHeadersAndInTheHead_MustAllAllow()
    {
        Assert.True(Ask(["script-src 'self'", null], ["script-src 'self'"], out _));
        Assert.False(Ask(["script-src 'self'"], ["script-src 'none'"], out _));
        Assert.False(Ask(["script-src 'self'", "default-src 'none'"], [], out _));
        Assert.True(Ask([], ["sandbox"], out _));
    }

    [Fact]
    public void Policy_ForHttps_KeepsAPlainPageOut() =>
        Assert.False(DocumentPolicy.Allows(["script-src https:"], [], new(false, new HostString("app.example"), "/x.js"), out _));

    private static bool Ask(IEnumerable<string?> headers, IReadOnlyList<string> metas, out string? nonce) =>
        DocumentPolicy.Allows(headers, metas, new(true, new HostString("app.example:8443"), "/user/forget/login-link.js"), out nonce);
}
