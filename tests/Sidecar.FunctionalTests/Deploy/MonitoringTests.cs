using System.Text.Json;
using k8s.Models;
using Sidecar.FunctionalTests.Hosting;
using YamlDotNet.RepresentationModel;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>Kinds of the Prometheus operator have no library to check them by: what it requires is written out here.</summary>
public sealed class MonitoringTests
{
    [Fact]
    public async Task ServiceMonitor_Selects_TheManagementPort()
    {
        var rendering = await Kustomize.RenderAsync("base", "monitoring");

        var spec = (YamlMappingNode)Foreign(rendering, "ServiceMonitor")["spec"];
        var service = rendering.Service("sidecar-management");
        Assert.Equal(["endpoints", "selector"], spec.Children.Keys.Select(static key => key.ToString()).Order());
        Assert.Equal(service.Metadata.Labels, ((YamlMappingNode)spec["selector"]["matchLabels"]).Children.ToDictionary(static l => l.Key.ToString(), static l => l.Value.ToString()));
        var endpoint = (YamlMappingNode)Assert.Single(((YamlSequenceNode)spec["endpoints"]).Children);
        Assert.Equal("/metrics", endpoint["path"].ToString());
        Assert.Matches("^[0-9]+s$", endpoint["interval"].ToString());
        Assert.Equal(Assert.Single(service.Spec.Ports).Name, endpoint["port"].ToString());
        Assert.Equal("management", service.Spec.Ports[0].TargetPort.Value);
        Assert.Equal(rendering.Deployment.Spec.Selector.MatchLabels, service.Spec.Selector);
    }

    [Fact]
    public async Task ManagementPort_IsOpenToPrometheusOnly()
    {
        var rendering = await Kustomize.RenderAsync("base", "monitoring");

        var policy = rendering.All<V1NetworkPolicy>().Single(static p => p.Metadata.Name == "sidecar-management");
        var rule = Assert.Single(policy.Spec.Ingress);
        Assert.Equal("management", Assert.Single(rule.Ports).Port.Value);
        Assert.NotEmpty(Assert.Single(rule.FromProperty).PodSelector.MatchLabels);
    }

    [Fact]
    public async Task Rules_ForTheOperator_AreThoseOfTheFile()
    {
        var rendering = await Kustomize.RenderAsync("base", "monitoring");
        var made = await Tool.RunAsync("sh", "dash", RepositoryRoot.Combine("deploy", "prometheus", "prometheusrule.sh"));

        Assert.Equal(made, await File.ReadAllTextAsync(RepositoryRoot.Combine("deploy", "prometheus", "prometheusrule.yaml"), TestContext.Current.CancellationToken));
        var groups = (YamlSequenceNode)Foreign(rendering, "PrometheusRule")["spec"]["groups"];
        Assert.Equal(Flat(Load(await File.ReadAllTextAsync(RepositoryRoot.Combine("deploy", "prometheus", "sidecar.rules.yaml"), TestContext.Current.CancellationToken))["groups"]), Flat(groups));
        Assert.All(groups, static group => Assert.All((YamlSequenceNode)group["rules"], static rule =>
        {
            var keys = ((YamlMappingNode)rule).Children.Keys.Select(static key => key.ToString()).ToArray();
            Assert.Contains("expr", keys);
            Assert.True(keys.Contains("alert") != keys.Contains("record"));
        }));
    }

    [Fact]
    public async Task Dashboards_All_AreInTheConfigMap()
    {
        var rendering = await Kustomize.RenderAsync("base", "monitoring");

        var map = rendering.All<V1ConfigMap>().Single(static map => map.Metadata.Labels?.ContainsKey("grafana_dashboard") == true);
        Assert.Equal("1", map.Metadata.Labels["grafana_dashboard"]);
        Assert.Equal(Directory.GetFiles(RepositoryRoot.Combine("deploy", "grafana"), "*.json").Select(Path.GetFileName).Order(StringComparer.Ordinal), map.Data.Keys.Order(StringComparer.Ordinal));
        Assert.All(map.Data.Values, static json => JsonDocument.Parse(json).Dispose());
        // What the API server takes of a ConfigMap.
        Assert.True(map.Data.Values.Sum(static json => json.Length) < 1024 * 1024);
    }

    private static YamlMappingNode Foreign(Rendering rendering, string kind) => rendering.Foreign.Single(node => node["kind"].ToString() == kind);

    /// <summary>Without the order of keys, which kustomize changes.</summary>
    private static string Flat(YamlNode node) => node switch
    {
        YamlMappingNode map => $"{{{string.Join(", ", map.Children.Select(static entry => $"{entry.Key}: {Flat(entry.Value)}").Order(StringComparer.Ordinal))}}}",
        YamlSequenceNode list => $"[{string.Join(", ", list.Children.Select(Flat))}]",
        _ => node.ToString(),
    };

    private static YamlMappingNode Load(string yaml)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(yaml);
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }
}
