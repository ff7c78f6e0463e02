using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Lifecycle;

/// <summary><c>sidecar render</c>: a mail before anybody gets it, with no relay and no Redis.</summary>
public sealed class RenderTests : IDisposable
{
    private readonly TempDirectory directory = new(new Dictionary<string, string> { ["sidecar.yaml"] = "mail:\n  app_name: Acme\n" });

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("reset-code", "en", "Subject: Your Acme password reset code\n\n", "\nQWMZKTRB\n")]
    [InlineData("reset-code", "zh-CN", "Subject: 您的 Acme 密码重置验证码\n\n", "\nQWMZKTRB\n")]
    [InlineData("reset-notice", "zh", "Subject: 您的 Acme 密码已更改\n\n", "Firefox, Windows")]
    public async Task Render_Mail_ShowsSubjectAndText(string mail, string language, string begins, string contains)
    {
        var command = await RenderAsync(mail, "--lang", language);

        Assert.Equal(("", 0), (command.Error, command.ExitCode));
        Assert.StartsWith(begins, command.Output, StringComparison.Ordinal);
        Assert.Contains(contains, command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_Out_WritesTheHtml()
    {
        var file = Path.Combine(directory.Path, "mail.html");

        var command = await RenderAsync("reset-code", "--out", file, "--set", "mail.language=zh");

        Assert.Equal(("", 0), (command.Error, command.ExitCode));
        Assert.Contains(">QWMZKTRB<", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.Contains("密码", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "welcome" }, "sidecar: there is no mail `welcome`. Mails: reset-code, reset-notice.")]
    [InlineData(new[] { "verify-code" }, "sidecar: the mail `verify-code` is written only where verification.enabled is true (--set verification.enabled=true shows it). Mails: reset-code, reset-notice.")]
    [InlineData(new string[0], "sidecar: render needs the name of a mail. Mails: reset-code, reset-notice.")]
    [InlineData(new[] { "reset-code", "--lang", "fr" }, "sidecar: there is no language `fr`. Languages: en, zh.")]
    public async Task Render_WhatIsNotThere_NamesWhatIs(string[] arguments, string error)
    {
        var command = await RenderAsync(arguments);

        Assert.Equal((error + "\n", "", 2), (command.Error, command.Output, command.ExitCode));
    }

    [Fact]
    public async Task RenderAndCheckConfig_TemplateWithASlip_NameFileAndLine()
    {
        Directory.CreateDirectory(Path.Combine(directory.Path, "templates", "de"));
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "templates", "de", "reset-code.text.hbs"), "Subject: Code\n\n{{ code }}\n{% if code %}\n");
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "templates", "de", "reset-code.html.hbs"), "{{ code }}");

        var render = await RenderAsync("reset-code");
        var check = await SidecarCommand.RunAsync("check-config", "--config", directory.Path);

        Assert.All([render, check], command =>
        {
            Assert.Equal(78, command.ExitCode);
            Assert.Contains($"{directory.Path}/templates/de/reset-code.text.hbs:4: mail.templates: {{% if code %}}: is a Jinja block", command.Error, StringComparison.Ordinal);
        });
    }

    private Task<SidecarCommand> RenderAsync(params IReadOnlyList<string> arguments) =>
        SidecarCommand.RunAsync(["render", .. arguments, "--config", directory.Path]);
}
