using System.Collections;
using System.Net;
using System.Net.Sockets;
using Sidecar.Demo;
using Sidecar.Demo.App;
using Sidecar.Hosting;

namespace Sidecar.Tests.Demo;

public sealed class DemoPortsTests
{
    [Fact]
    public void Offset_Given_MovesEveryPort()
    {
        Assert.True(DemoArguments.TryParse(["--port-offset", "100"], out var arguments, out _));
        var ports = arguments.Ports;
        Assert.Equal([8180, 9190, 9480, 8125, 2625], ports.All.Select(static part => part.Port));
        Assert.Equal("http://127.0.0.1:8180", ports.SidecarUrl);
        Assert.DoesNotContain("8080", Walkthrough.Script(ports, AppPaths.V1) + Walkthrough.Links(ports), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port-offset")]
    [InlineData("--port-offset", "-1")]
    [InlineData("--port-offset", "56156")]
    [InlineData("--port-offset=x")]
    [InlineData("--app")]
    [InlineData("--app", "v2")]
    [InlineData("--app=V1")]
    [InlineData("--help=x")]
    [InlineData("demo")]
    public void Arguments_Wrong_AreExplained(params string[] arguments)
    {
        Assert.False(DemoArguments.TryParse(arguments, out _, out var problem));
        Assert.Contains("Fix:", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(AppRelease.Any), "", "ragflow-v1", "ragflow-rest")]
    [InlineData(nameof(AppRelease.V1Single), "v1-single", "ragflow-v1-single")]
    [InlineData(nameof(AppRelease.V1), "v1", "ragflow-v1")]
    [InlineData(nameof(AppRelease.Rest), "rest", "ragflow-rest")]
    [InlineData(nameof(AppRelease.RestGo), "rest-go", "ragflow-rest-go")]
    public void App_Chosen_IsInTheHelpAndSetsTheContract(string release, string name, params string[] contracts)
    {
        Assert.True(DemoArguments.TryParse(name.Length == 0 ? [] : ["--app", name, "--disable-password-login"], out var arguments, out _));
        Assert.Equal((Enum.Parse<AppRelease>(release), name.Length > 0), (arguments.Release, arguments.DisablePasswordLogin));
        Assert.Contains($"      {name}{(name.Length == 0 ? "" : "  ")}", DemoArguments.Help, StringComparison.Ordinal);
        Assert.Equal(
            contracts.Select(static (contract, index) => $"contracts.{index}={contract}"),
            DemoSidecar.Settings(new DemoPorts(), arguments.Release, new Hashtable()).Where(static s => s.StartsWith("contracts", StringComparison.Ordinal)));
    }

    [Fact]
    public void Port_HeldByAnother_IsNamed()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        // The held port is where this offset puts the mail sink.
        var taken = new DemoPorts(port - 2525).Taken();
        Assert.Contains(taken, line => line.StartsWith($"port {port} (smtp) on 127.0.0.1 is taken", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_NamedInTheEnvironment_AreLeftToIt()
    {
        var environment = new Hashtable
        {
            ["SIDECAR__STORE__KIND"] = "redis",
            ["SIDECAR__CONTRACTS"] = "generic",
            ["SIDECAR__SMTP__MAIL_DEFAULT_SENDER__1"] = "me@example.com",
            ["SIDECAR__RECOVERY__COOLDOWN"] = "1s",
        };
        var settings = DemoSidecar.Settings(new DemoPorts(), AppRelease.V1, environment);
        Assert.DoesNotContain(settings, static setting => setting.StartsWith("store.kind", StringComparison.Ordinal));
        Assert.DoesNotContain(settings, static setting => setting.StartsWith("contracts", StringComparison.Ordinal));
        Assert.DoesNotContain(settings, static setting => setting.Contains("sender", StringComparison.Ordinal));
        Assert.Contains("smtp.mail_port=2525", settings);

        var root = SettingsLoader.Load(Path.GetTempPath(), DemoSidecar.Settings(new DemoPorts(), AppRelease.Any, new Hashtable()), new Hashtable());
        Assert.Empty(root.Faults);
    }
}
