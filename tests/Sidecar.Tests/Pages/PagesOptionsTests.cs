using Sidecar.Pages;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Pages;

public sealed class PagesOptionsTests : IDisposable
{
    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_Said_IsAPageAndNoLink()
    {
        var pages = _folder.Read().Pages;

        Assert.Equal("/user/forget", pages.Path);
        Assert.False(pages.LoginLink.IsEnabled);
        Assert.Equal(["/", "/login"], pages.LoginLink.Paths.Patterns);
        Assert.Equal("忘记密码？", pages.LoginLink.Text["zh"]);
    }

    [Fact]
    public void Everything_Said_IsRead()
    {
        var pages = _folder.Own("pages: { path: /account/recover, login_link: { enabled: true, paths: ['/app/*', /], selector: '#pw', text: { de: 'Passwort vergessen?', en: Lost } } }").Read().Pages;

        Assert.Equal("/account/recover", pages.Path);
        Assert.True(pages.LoginLink.IsEnabled);
        Assert.Equal(["/app/*", "/"], pages.LoginLink.Paths.Patterns);
        Assert.Equal("#pw", pages.LoginLink.Selector);
        Assert.Equal(("Passwort vergessen?", "Lost"), (pages.LoginLink.Text["de"], pages.LoginLink.Text["en"]));
    }

    [Fact]
    public void Path_Empty_IsOff() => Assert.False(_folder.Own("pages: { path: '' }").Read().Pages.AreOn);

    [Theory]
    [InlineData("true", "path: /user/verify", true)]
    [InlineData("true", "verify_path: /user/forget", true)]
    [InlineData("false", "path: /user/verify", false)]
    public void VerifyPath_OfTheRecoveryPage_IsAFaultWhereItIsUsed(string enabled, string yaml, bool isFault)
    {
        var options = _folder.Own($"verification: {{ enabled: {enabled} }}\npages:\n  {yaml}").Read();

        Assert.Equal(isFault, options.Faults.Any(static fault => fault.Key == "pages.verify_path"));
    }

    [Theory]
    [InlineData("path: forget")]
    [InlineData("path: /user/forget/")]
    [InlineData("path: /")]
    [InlineData("path: '/a?b'")]
    [InlineData("path: '/a\"b'")]
    [InlineData("path: /a//b")]
    [InlineData("path: /v1/user/forget")]
    [InlineData("path: /api/v1/users")]
    [InlineData("verify_path: /")]
    [InlineData("verify_path: /user/verify/")]
    [InlineData("verify_path: '/a b'")]
    [InlineData("verify_path: '/a?b'")]
    [InlineData("verify_path: /v1/user/verify/otp")]
    [InlineData("language: fr")]
    [InlineData("login_url: //evil.example")]
    [InlineData("signup_url: https://evil.example")]
    [InlineData("login_link: { paths: [login] }")]
    [InlineData("login_link: { paths: [] }")]
    [InlineData("login_link: { text: { en: '' } }")]
    [InlineData("login_link: { text: { 'e n': x } }")]
    [InlineData("login_link: { enabled: perhaps }")]
    [InlineData("login_link: { colour: red }")]
    [InlineData("{ path: '', login_link: { enabled: true } }")]
    public void Fault_IsToldAndLeavesRecoveryOn(string yaml)
    {
        var options = _folder.Own($"pages:\n  {yaml}").Read();

        Assert.Contains(options.Faults, static fault => fault.Key.StartsWith("pages.", StringComparison.Ordinal));
        Assert.DoesNotContain(options.Faults, static fault => fault.Key.StartsWith("pages.", StringComparison.Ordinal) && !fault.IsHarmless);
    }
}
