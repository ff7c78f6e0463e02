using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Lifecycle;

/// <summary>The binary's commands and exit codes, as scripts and probes use them.</summary>
public sealed class CommandTests
{
    private static readonly string[] Recovery =
    [
        "--set", "smtp.mail_server=smtp.example.com", "--set", "smtp.mail_from_address=a@example.com", "--set", "redis.host=redis:6379",
    ];

    [Fact]
    public async Task Version_Asked_IsToldWithExit0()
    {
        var command = await SidecarCommand.RunAsync("--version");

        Assert.Equal(0, command.ExitCode);
        Assert.Matches(@"^sidecar \d+\.\d+\.\d+\S*\n$", command.Output);
    }

    [Theory]
    [InlineData("--frobnicate")]
    [InlineData("frobnicate")]
    [InlineData("run", "check-config")]
    [InlineData("--config")]
    public async Task Arguments_Wrong_Exit2WithUsage(params string[] arguments)
    {
        var command = await SidecarCommand.RunAsync(arguments);

        Assert.Equal(2, command.ExitCode);
        Assert.Contains("sidecar: ", command.Error, StringComparison.Ordinal);
        Assert.Contains("Usage:", command.Error, StringComparison.Ordinal);
        Assert.Empty(command.Output);
    }

    [Fact]
    public async Task Keygen_PastedIntoSidecarYaml_PassesCheckConfig()
    {
        var keys = await SidecarCommand.RunAsync("keygen");
        Assert.Equal(0, keys.ExitCode);
        using var directory = new TempDirectory(new Dictionary<string, string> { ["sidecar.yaml"] = keys.Output });

        var check = await SidecarCommand.RunAsync(["check-config", "--config", directory.Path, .. Recovery]);

        Assert.Equal("", check.Error);
        Assert.Equal(0, check.ExitCode);
        Assert.NotEqual(keys.Output, (await SidecarCommand.RunAsync("keygen")).Output);
    }

    [Fact]
    public async Task CheckConfig_WithRedisAndWithoutKeys_SendsToKeygen()
    {
        using var directory = new TempDirectory(new Dictionary<string, string>());

        var check = await SidecarCommand.RunAsync(["check-config", "--config", directory.Path, .. Recovery]);

        Assert.Equal(78, check.ExitCode);
        Assert.Contains("sidecar keygen", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_OfARunningSidecar_Exits0ElseExits1()
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = new Uri("http://127.0.0.1:9") });
        string[] ask = ["health", "--config", sidecar.ConfigurationDirectory, "--set", "management.address=127.0.0.1", "--set"];

        var alive = await SidecarCommand.RunAsync([.. ask, $"management.port={sidecar.ManagementPort}"]);
        var nobody = await SidecarCommand.RunAsync([.. ask, $"management.port={FreePort.Next()}"]);

        Assert.Equal(0, alive.ExitCode);
        Assert.Contains("\"ready\"", alive.Output, StringComparison.Ordinal);
        Assert.Equal(1, nobody.ExitCode);
    }
}
