using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Lifecycle;

/// <summary>A configuration that is wrong: everything at once, where it stands and what to write instead, and no secret told.</summary>
public sealed class FaultTests
{
    private const string Secret = "hunter2-is-no-base64";

    [Fact]
    public async Task CheckConfig_ManyFaults_TellsAllOfThemAtOnce()
    {
        var errors = await CheckAsync("""
            recovery:
              cooldown: soon
              tries: 99
              code: { lenght: 8 }
              allowed_origins: [nonsense]
            listeners:
              - port: 80800
            contracts: [ragflow-v9]
            smtp:
              mail_server: smtp.example.com
              mail_username: me
            redis: { host: "redis:6379" }
            keys:
              - id: one
                secret: hunter2-is-no-base64
            pepper: hunter2-is-no-base64
            """);

        string[] keys =
        [
            "recovery.cooldown", "recovery.tries", "recovery.code.lenght", "recovery.allowed_origins", "listeners[0].port", "contracts", "smtp.mail_username", "smtp.mail_default_sender",
            "keys[0].secret", "pepper",
        ];
        Assert.All(keys, key => Assert.Contains(errors, line => line.Contains($": {key}: ", StringComparison.Ordinal)));
        Assert.All(errors, static line => Assert.Matches(@"^(\S*sidecar\.yaml|configuration): \S+: .*: .+\. Fix: .+$", line));
        Assert.DoesNotContain(errors, static line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.Contains(errors, static line => line.Contains("pepper: ***: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("keys: hunter2-is-no-base64")]
    [InlineData("keys: [hunter2-is-no-base64]")]
    [InlineData("keys: [{ id: a, secret: [hunter2-is-no-base64] }]")]
    [InlineData("smtp: hunter2-is-no-base64")]
    [InlineData("redis: { password: \"${P:-hunter2-is-no-base64}\" }")]
    [InlineData("pepper: { x: hunter2-is-no-base64 }")]
    [InlineData("smtp: { mail_server: a, mail_password: hunter2-is-no-base64 }")]
    [InlineData("captcha: { fixed_answer: hunter2-is-no-base64 }")]
    public async Task CheckConfig_ASecretInTheWrongPlaceOrShape_IsNotTold(string yaml)
    {
        var errors = await CheckAsync(yaml);

        Assert.NotEmpty(errors);
        Assert.DoesNotContain(errors, static line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CheckConfig_HalfASection_MindsOnlyWhatIsMissing()
    {
        var errors = await CheckAsync("smtp: { mail_port: 25, mail_password: hunter2-is-no-base64 }");

        Assert.DoesNotContain(errors, static line => line.Contains("is not a setting", StringComparison.Ordinal));
        Assert.Single(errors, static line => line.Contains("smtp.mail_server", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check-config")]
    public async Task Yaml_Unreadable_Exits78NamingFileAndLineWithoutItsContent(string command)
    {
        using var directory = new TempDirectory(new Dictionary<string, string> { ["service_conf.yaml"] = $"smtp:\n  mail_server: a\n  mail_password: '{Secret}\nredis:\n  db: 1\n" });

        var result = await SidecarCommand.RunAsync(command, "--config", directory.Path);

        Assert.Equal(78, result.ExitCode);
        Assert.Matches(@"service_conf\.yaml:\d+: ", result.Error);
        Assert.DoesNotContain("hunter2", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithAListenerThatCannotBe_Exits78()
    {
        using var directory = new TempDirectory(new Dictionary<string, string> { ["sidecar.yaml"] = "listeners:\n  - upstream: mailto:app\n" });

        var result = await SidecarCommand.RunAsync("run", "--config", directory.Path);

        Assert.Equal(78, result.ExitCode);
        Assert.Contains("sidecar.yaml: listeners[0].upstream: mailto:app: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithoutItsDirectory_Exits78NamingIt()
    {
        var result = await SidecarCommand.RunAsync("run", "--config", "/nowhere/at/all");

        Assert.Equal(78, result.ExitCode);
        Assert.Contains("/nowhere/at/all", result.Error, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> CheckAsync(string yaml)
    {
        using var directory = new TempDirectory(new Dictionary<string, string> { ["sidecar.yaml"] = yaml });
        var check = await SidecarCommand.RunAsync("check-config", "--config", directory.Path);
        Assert.Equal(78, check.ExitCode);
        return check.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
