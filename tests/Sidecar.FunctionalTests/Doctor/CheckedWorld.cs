using System.Globalization;
using System.Text.Json;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Smtp;

namespace Sidecar.FunctionalTests.Doctor;

/// <summary>A real Postfix, a real Redis and the demo's app for <c>sidecar check</c> to look at, and settings that are right for them.</summary>
public sealed class CheckedWorld : IAsyncLifetime
{
    public const string Secret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    private DemoApp? _app;

    public PostfixServer Postfix { get; } = new();

    public RedisServer Redis { get; } = new() { Extra = ["--appendonly", "yes"] };

    public Uri App => _app!.Address;

    public async ValueTask InitializeAsync()
    {
        await Postfix.InitializeAsync();
        await Redis.InitializeAsync();
        _app = await DemoApp.StartAsync(new DemoAppOptions(new InProcessFlags(TimeProvider.System)));
    }

    /// <summary>Runs the check with settings that are right, but for what <paramref name="more"/> says.</summary>
    internal async Task<SidecarCommand> CheckAsync(params IReadOnlyList<string> more)
    {
        Postfix.SkipUnlessRunning();
        RedisServer.Require();
        using var directory = new TempDirectory(new Dictionary<string, string>
        {
            ["sidecar.yaml"] = string.Create(CultureInfo.InvariantCulture, $"""
                listeners:
                  - address: 127.0.0.1
                    port: 8080
                    upstream: {App.GetLeftPart(UriPartial.Authority)}
                keys:
                  - id: a
                    secret: "{Secret}"
                pepper: "{Secret}"
                redis:
                  host: "{Redis.Endpoint}"
                  timeout: 5s
                mail:
                  ca: {Postfix.AuthorityFile}
                  block_reserved_domains: false
                smtp:
                  mail_server: localhost
                  mail_port: {Postfix.ImplicitTlsPort}
                  mail_use_ssl: true
                  mail_username: {PostfixServer.User}
                  mail_password: {PostfixServer.Password}
                  mail_default_sender: ["Acme", "noreply@acme.io"]
                """),
        });
        var command = await SidecarCommand.RunAsync(["check", "--config", directory.Path, .. more]);
        // Whatever happens, nobody's name and no secret comes out.
        foreach (var secret in new[] { PostfixServer.Password, Secret, "noreply@", "reader@", "geheim" })
        {
            Assert.DoesNotContain(secret, command.Output + command.Error, StringComparison.Ordinal);
        }

        return command;
    }

    /// <summary>The one document that is all of standard output.</summary>
    internal static IReadOnlyDictionary<string, (string Status, string Text)> Checks(SidecarCommand command)
    {
        using var document = JsonDocument.Parse(command.Output);
        return document.RootElement.GetProperty("checks").EnumerateArray()
            .GroupBy(static check => $"{check.GetProperty("target").GetString()!.Split(' ')[0]}/{check.GetProperty("name").GetString()}")
            .ToDictionary(
                static group => group.Key,
                static group => (group.First().GetProperty("status").GetString()!, $"{group.First().GetProperty("detail").GetString()} {group.First().GetProperty("hint").GetString()}"),
                StringComparer.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        await Redis.DisposeAsync();
        await Postfix.DisposeAsync();
    }
}
