using k8s.Models;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>The post-renderer over a recorded rendering of RAGFlow's chart.</summary>
public sealed class RagflowChartTests
{
    [Fact]
    public async Task Services_OfRagflow_LeadToTheSidecarAndOthersStay()
    {
        var rendering = await Kustomize.RenderChartAsync();

        Assert.Equal("sidecar", Assert.Single(rendering.Service("prod-ragflow").Spec.Ports).TargetPort.Value);
        Assert.Equal("sidecar-api", Assert.Single(rendering.Service("prod-api").Spec.Ports).TargetPort.Value);
        Assert.Equal("admin", Assert.Single(rendering.Service("prod-admin").Spec.Ports).TargetPort.Value);
        Assert.Null(Assert.Single(rendering.Service("prod-ragflow-redis").Spec.Ports).TargetPort);
        Assert.Equal(
            ["8080=http://127.0.0.1:80", "8081=http://127.0.0.1:9380"],
            new[] { 0, 1 }.Select(i => $"{Variable(rendering, $"SIDECAR__LISTENERS__{i}__PORT").Value}={Variable(rendering, $"SIDECAR__LISTENERS__{i}__UPSTREAM").Value}"));
        Assert.Equal(["8080=sidecar", "8081=sidecar-api", "9090=management"], rendering.Sidecar.Ports.Select(static p => $"{p.ContainerPort}={p.Name}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Chart_PostRendered_KeepsEverythingItHad()
    {
        var before = Rendering.Parse(Kustomize.Chart[Kustomize.Chart.IndexOf("---\n", StringComparison.Ordinal)..][4..]);
        var after = await Kustomize.RenderChartAsync();

        static string[] Names(Rendering rendering) => [.. rendering.All<k8s.IKubernetesObject<V1ObjectMeta>>().Select(static o => $"{o.Kind}/{o.Metadata.Name}").Order(StringComparer.Ordinal)];
        Assert.Equal(["NetworkPolicy/sidecar"], Names(after).Except(Names(before)).Where(static name => !name.StartsWith("ConfigMap/sidecar-conf-", StringComparison.Ordinal)));
        Assert.Empty(Names(before).Except(Names(after)));
        var (app, was) = (after.App, before.App);
        Assert.Equal(was.Args, app.Args);
        Assert.Equal(was.Ports.Select(static p => p.ContainerPort), app.Ports.Select(static p => p.ContainerPort));
        Assert.Equal(before.Deployment.Spec.Selector.MatchLabels, after.Deployment.Spec.Selector.MatchLabels);
        Assert.Equal(before.Deployment.Spec.Template.Metadata.Annotations, after.Deployment.Spec.Template.Metadata.Annotations);
    }

    [Fact]
    public async Task Redis_OfTheChart_IsReadFromItsSecret()
    {
        var rendering = await Kustomize.RenderChartAsync();

        Assert.Equal(
            ["HOST=prod-ragflow-env-config/REDIS_HOST", "PORT=prod-ragflow-env-config/REDIS_PORT", "PASSWORD=prod-ragflow-env-config/REDIS_PASSWORD"],
            new[] { "HOST", "PORT", "PASSWORD" }.Select(name => $"{name}={Reference(Variable(rendering, "SIDECAR__REDIS__" + name))}"));
        var secret = Assert.Single(rendering.All<V1Secret>());
        Assert.All(new[] { "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD" }, key => Assert.Contains(key, secret.StringData.Keys));
        Assert.Contains("mail_server: smtp.example.org", rendering.SettingsFiles()["local.service_conf.yaml"], StringComparison.Ordinal);
    }

    /// <summary>RAGFlow believes its local.service_conf.yaml over the Secret, and the environment would win over the file here.</summary>
    [Fact]
    public async Task Redis_NamedInServiceConf_IsNotOverruledByTheSecret()
    {
        var chart = Kustomize.Chart.Replace("    smtp:\n", "    redis:\n      host: other:6379\n    smtp:\n", StringComparison.Ordinal);

        var rendering = Rendering.Parse(await Kustomize.PostRenderAsync(chart));

        Assert.DoesNotContain(rendering.Sidecar.Env, static variable => variable.Name is "SIDECAR__REDIS__HOST" or "SIDECAR__REDIS__PORT");
        Assert.Equal("sidecar-secrets/redis-password", Reference(Variable(rendering, "SIDECAR__REDIS__PASSWORD")));
    }

    [Fact]
    public async Task Release_OfAnyName_IsFollowed()
    {
        // A release whose name holds the chart's is the whole name.
        var chart = Kustomize.Chart.Replace("prod-ragflow", "ragflow", StringComparison.Ordinal).Replace("prod-", "ragflow-", StringComparison.Ordinal).Replace(": prod", ": ragflow", StringComparison.Ordinal);

        var rendering = Rendering.Parse(await Kustomize.PostRenderAsync(chart));

        Assert.Equal("sidecar", Assert.Single(rendering.Service("ragflow").Spec.Ports).TargetPort.Value);
        Assert.Equal("sidecar-api", Assert.Single(rendering.Service("ragflow-api").Spec.Ports).TargetPort.Value);
        Assert.Equal("ragflow-env-config/REDIS_HOST", Reference(Variable(rendering, "SIDECAR__REDIS__HOST")));
        RenderingRules.AssertAll(rendering);
    }

    [Fact]
    public async Task ServiceConf_Empty_IsNoTrouble()
    {
        var from = Kustomize.Chart.IndexOf("  local.service_conf.yaml: |", StringComparison.Ordinal);
        var chart = Kustomize.Chart.Remove(from, Kustomize.Chart.IndexOf("---", from, StringComparison.Ordinal) - from);

        var rendering = Rendering.Parse(await Kustomize.PostRenderAsync(chart));

        Assert.Equal(["sidecar.yaml"], rendering.SettingsFiles().Keys);
    }

    [Theory]
    [InlineData("targetPort: http-api")]
    [InlineData("targetPort: http\n")]
    public async Task Chart_WithOtherPortNames_IsRefused(string known)
    {
        var chart = Kustomize.Chart.Replace(known, known.Replace("http", "renamed", StringComparison.Ordinal), StringComparison.Ordinal);

        var failure = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => Kustomize.PostRenderAsync(chart));

        Assert.Contains("/spec/ports/0/targetPort", failure.Message, StringComparison.Ordinal);
    }

    private static V1EnvVar Variable(Rendering rendering, string name) => rendering.Sidecar.Env.Single(variable => variable.Name == name);

    private static string Reference(V1EnvVar variable) => $"{variable.ValueFrom.SecretKeyRef.Name}/{variable.ValueFrom.SecretKeyRef.Key}";
}
