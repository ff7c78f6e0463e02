using System.Collections;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>The example app of the base, which is the pattern for others.</summary>
public sealed class KustomizeBaseTests
{
    [Fact]
    public async Task Service_Port_LeadsToTheSidecar()
    {
        var rendering = await Kustomize.RenderAsync("base");

        Assert.Equal("sidecar", Assert.Single(rendering.Service("app").Spec.Ports).TargetPort.Value);
        Assert.Equal(["sidecar=8080", "management=9090"], rendering.Sidecar.Ports.Select(static port => $"{port.Name}={port.ContainerPort}"));
    }

    [Fact]
    public async Task App_OfTheExample_MeetsTheRestrictedStandardToo()
    {
        var rendering = await Kustomize.RenderAsync("base");

        Assert.True(rendering.Pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", rendering.Pod.SecurityContext.SeccompProfile.Type);
        Assert.False(rendering.Pod.AutomountServiceAccountToken);
        Assert.False(rendering.App.SecurityContext.AllowPrivilegeEscalation);
        Assert.True(rendering.App.SecurityContext.ReadOnlyRootFilesystem);
        Assert.NotEqual(0, rendering.App.SecurityContext.RunAsUser);
        Assert.Equal(["ALL"], rendering.App.SecurityContext.Capabilities.Drop);
    }

    /// <summary>While flows are in memory, two pods at once would not know each other's codes.</summary>
    [Fact]
    public async Task Replicas_WithoutRedis_AreOneAndNeverOverlap()
    {
        var rendering = await Kustomize.RenderAsync("base");

        Assert.Equal(1, rendering.Deployment.Spec.Replicas);
        Assert.Equal("Recreate", rendering.Deployment.Spec.Strategy.Type);
    }

    [Fact]
    public async Task Settings_OfTheBase_LoadWithoutFaultAndMatchThePorts()
    {
        var rendering = await Kustomize.RenderAsync("base");
        using var folder = new TempDirectory(rendering.SettingsFiles());

        var settings = SettingsLoader.Load(folder.Path, [], new Hashtable());

        Assert.Equal(["service_conf.yaml", "sidecar.yaml"], rendering.SettingsFiles().Keys.Order());
        Assert.Empty(settings.Faults);
        Assert.Equal(8080, Assert.Single(settings.Sections("listeners")).Int("port", 0, 1, 65535));
        Assert.Equal(9090, settings.Section("management").Int("port", 0, 1, 65535));
        var mount = rendering.Sidecar.VolumeMounts.Single(static mount => mount.Name == "sidecar-conf");
        Assert.Equal(mount.MountPath, rendering.Sidecar.Env.Single(static variable => variable.Name == "SIDECAR_CONFIG").Value);
        Assert.True(mount.ReadOnlyProperty);
    }
}
