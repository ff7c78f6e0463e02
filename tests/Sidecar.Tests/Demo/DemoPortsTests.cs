using System.Collections;
using System.Net;
using System.Net.Sockets;
using Sidecar.Demo;
using Sidecar.Hosting;

namespace Sidecar.Tests.Demo;

public sealed class DemoPortsTests
{
    [Fact]
    public void Offset_Given_MovesEveryPort()
    {
        Assert.True(DemoPorts.TryParse(["--port-offset", "100"], out var ports, out _));
        Assert.Equal([8180, 9190, 9480, 8125, 2625], ports.All.Select(static part => part.Port));
        Assert.Equal("http://127.0.0.1:8180", ports.SidecarUrl);
        Assert.DoesNotContain("8080", Walkthrough.Script(ports) + Walkthrough.Links(ports), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port-offset")]
    [InlineData("--port-offset", "-1")]
    [InlineData("--port-offset", "56156")]
    [InlineData("--port-offset=x")]
    [InlineData("--help")]
    public void Arguments_Wrong_AreExplained(params string[] arguments)
    {
        Assert.False(DemoPorts.TryParse(arguments, out _, out var problem));
        Assert.Contains("Fix:", problem, StringComparison.Ordinal);
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
            ["SIDECAR__SMTP__MAIL_DEFAULT_SENDER__1"] = "me@example.com",
            ["SIDECAR__RECOVERY__COOLDOWN"] = "1s",
        };
        var settings = DemoSidecar.Settings(new DemoPorts(), environment);
        Assert.DoesNotContain(settings, static setting => setting.StartsWith("store.kind", StringComparison.Ordinal));
        Assert.DoesNotContain(settings, static setting => setting.Contains("sender", StringComparison.Ordinal));
        Assert.Contains("smtp.mail_port=2525", settings);

        var root = SettingsLoader.Load(Path.GetTempPath(), DemoSidecar.Settings(new DemoPorts(), new Hashtable()), new Hashtable());
        Assert.Empty(root.Faults);
    }
}
