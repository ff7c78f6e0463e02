using k8s.Models;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>Whatever is rendered, wherever the sidecar goes.</summary>
public sealed class RenderingTests
{
    public static TheoryData<string> Everything => ["base", "base replicas", "base monitoring", "base replicas monitoring", "ragflow-helm", "overlays/ragflow-kustomize", "overlays/ragflow-kustomize replicas monitoring"];

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Rendering_Read_IsWhatTheApiTakes(string what) => RenderingRules.AssertAll(await RenderAsync(what));

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Sidecar_InThePod_IsNativeAndProbed(string what)
    {
        var sidecar = (await RenderAsync(what)).Sidecar;

        Assert.Equal("Always", sidecar.RestartPolicy);
        Assert.Equal(["/startupz", "/readyz", "/livez"], new[] { sidecar.StartupProbe, sidecar.ReadinessProbe, sidecar.LivenessProbe }.Select(static probe => probe.HttpGet.Path));
        Assert.All(new[] { sidecar.StartupProbe, sidecar.ReadinessProbe, sidecar.LivenessProbe }, static probe => Assert.Equal("management", probe.HttpGet.Port.Value));
        // As long as the first start on a slow node may take.
        Assert.True(sidecar.StartupProbe.FailureThreshold * sidecar.StartupProbe.PeriodSeconds >= 30);
        Assert.Null(sidecar.Lifecycle);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Sidecar_InThePod_MeetsTheRestrictedStandard(string what)
    {
        var sidecar = (await RenderAsync(what)).Sidecar;

        var context = sidecar.SecurityContext;
        Assert.True(context.RunAsNonRoot);
        Assert.Equal(1654, context.RunAsUser);
        Assert.True(context.ReadOnlyRootFilesystem);
        Assert.False(context.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], context.Capabilities.Drop);
        Assert.Null(context.Capabilities.Add);
        Assert.Equal("RuntimeDefault", context.SeccompProfile.Type);
        Assert.Equal(["cpu", "memory"], sidecar.Resources.Requests.Keys.Order());
        Assert.True(sidecar.Resources.Limits["memory"].ToDecimal() >= sidecar.Resources.Requests["memory"].ToDecimal());
        // A limit of CPU would hold the app's own traffic back.
        Assert.DoesNotContain("cpu", sidecar.Resources.Limits.Keys);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Secrets_OfTheSidecar_AreReferencesOnly(string what)
    {
        var rendering = await RenderAsync(what);

        string[] plain = ["SIDECAR_CONFIG", "SIDECAR__LISTENERS__", "SIDECAR__MANAGEMENT__"];
        Assert.All(rendering.Sidecar.Env, variable =>
        {
            Assert.True(variable.ValueFrom?.SecretKeyRef is null == plain.Any(p => variable.Name.StartsWith(p, StringComparison.Ordinal)), variable.Name);
            // A missing secret must switch off recovery, not the app.
            Assert.True(variable.ValueFrom is null || variable.ValueFrom.SecretKeyRef.Optional == true, variable.Name);
        });
        Assert.All(
            new[] { "KEYS__0__ID", "KEYS__0__SECRET", "PEPPER", "SMTP__MAIL_PASSWORD", "REDIS__PASSWORD" },
            name => Assert.Contains(rendering.Sidecar.Env, variable => variable.Name == "SIDECAR__" + name));
        Assert.DoesNotContain(rendering.All<V1Secret>(), static secret => !secret.Metadata.Name.EndsWith("-env-config", StringComparison.Ordinal));
        Assert.DoesNotContain(rendering.SettingsFiles().Values.SelectMany(static text => text.Split('\n')), static line => !line.TrimStart().StartsWith('#') && line.Contains("password:", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task App_InThePod_EndsFirstAndIsReachedThroughTheSidecarOnly(string what)
    {
        var rendering = await RenderAsync(what);

        var sleep = rendering.App.Lifecycle.PreStop.Sleep.Seconds;
        Assert.InRange(sleep, 3, 20);
        // preStop, then the sidecar's 30 s for requests and 5 for mail; what is left is the app's own.
        Assert.True(rendering.Pod.TerminationGracePeriodSeconds >= sleep + 30 + 5 + 30);

        var closed = rendering.All<V1NetworkPolicy>().Single(static policy => policy.Metadata.Name == "sidecar");
        Assert.Equal(rendering.Deployment.Spec.Selector.MatchLabels, closed.Spec.PodSelector.MatchLabels);
        var open = closed.Spec.Ingress.SelectMany(static rule => rule.Ports).Select(static port => port.Port.Value).ToArray();
        Assert.DoesNotContain(rendering.App.Ports.Where(static port => port.Name != "admin"), port => open.Contains(port.Name) || open.Contains($"{port.ContainerPort}"));
        Assert.All(
            rendering.All<V1Service>().Where(static service => service.Metadata.Annotations?.TryGetValue("sidecar/role", out var role) == true && role != "none"),
            service => Assert.Contains(rendering.Sidecar.Ports, port => port.Name == Assert.Single(service.Spec.Ports).TargetPort.Value));
    }

    [Theory]
    [InlineData("base")]
    [InlineData("overlays/ragflow-kustomize")]
    public async Task Replicas_Two_AreSpreadAndNeverBothAway(string folder)
    {
        var rendering = await Kustomize.RenderAsync(folder, "replicas");

        Assert.Equal(2, rendering.Deployment.Spec.Replicas);
        Assert.Equal("RollingUpdate", rendering.Deployment.Spec.Strategy.Type);
        Assert.Equal("0", rendering.Deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.Value);
        Assert.Equal(rendering.Deployment.Spec.Selector.MatchLabels, Assert.Single(rendering.All<V1PodDisruptionBudget>()).Spec.Selector.MatchLabels);
        Assert.Equal(rendering.Deployment.Spec.Selector.MatchLabels, Assert.Single(rendering.Pod.TopologySpreadConstraints).LabelSelector.MatchLabels);
        Assert.Equal("ScheduleAnyway", rendering.Pod.TopologySpreadConstraints[0].WhenUnsatisfiable);
    }

    [Fact]
    public void Parse_AFieldTheApiDoesNotHave_IsRefused() =>
        Assert.ThrowsAny<Exception>(static () => Rendering.Parse("apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n  - port: 80\n    targetport: http\n"));

    private static Task<Rendering> RenderAsync(string what) =>
        what == "ragflow-helm" ? Kustomize.RenderChartAsync() : Kustomize.RenderAsync(what.Split(' ')[0], what.Split(' ')[1..]);
}
