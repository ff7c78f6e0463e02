using System.Text.RegularExpressions;
using k8s.Models;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>What the API server, the scheduler and the kubelet would find out only later: references that lead somewhere, and words that are known.</summary>
internal static partial class RenderingRules
{
    private static readonly string[] Protocols = ["TCP", "UDP", "SCTP"];

    public static void AssertAll(Rendering rendering)
    {
        Assert.Equal(rendering.Objects.Count, rendering.All<k8s.IKubernetesObject<V1ObjectMeta>>().Select(static o => (o.Kind, o.Metadata.Name)).Distinct().Count());
        Assert.All(rendering.All<k8s.IKubernetesObject<V1ObjectMeta>>(), static o => Assert.Matches(DnsName(), o.Metadata.Name));
        var pods = rendering.All<V1Deployment>().Select(static d => (Selector: d.Spec.Selector, Template: d.Spec.Template))
            .Concat(rendering.All<V1StatefulSet>().Select(static s => (Selector: s.Spec.Selector, Template: s.Spec.Template))).ToArray();
        foreach (var (selector, template) in pods)
        {
            Assert.True(Covers(selector.MatchLabels, template), "a selector that does not select its own pods");
            AssertPod(rendering, template.Spec);
        }

        V1PodTemplateSpec Selected(IDictionary<string, string>? labels) => Assert.Single(pods, pod => labels is { Count: > 0 } && Covers(labels, pod.Template)).Template;
        foreach (var service in rendering.All<V1Service>())
        {
            var pod = Selected(service.Spec.Selector).Spec;
            Assert.Contains(service.Spec.Type ?? "ClusterIP", new[] { "ClusterIP", "NodePort", "LoadBalancer" });
            Assert.All(service.Spec.Ports, port =>
            {
                Assert.Contains(port.Protocol, Protocols);
                Assert.InRange(port.Port, 1, 65535);
                AssertPort(pod, port.TargetPort ?? port.Port);
            });
        }

        foreach (var policy in rendering.All<V1NetworkPolicy>())
        {
            var pod = Selected(policy.Spec.PodSelector.MatchLabels).Spec;
            Assert.Equal(["Ingress"], policy.Spec.PolicyTypes);
            Assert.All(policy.Spec.Ingress.SelectMany(static rule => rule.Ports), port =>
            {
                Assert.Contains(port.Protocol, Protocols);
                Assert.True(port.Port.Value == "9381" || pod.InitContainers.Any(c => c.Ports.Any(p => p.Name == port.Port.Value)), $"{port.Port.Value} is not a port of the sidecar");
            });
        }

        Assert.All(rendering.All<V1PodDisruptionBudget>(), budget => Selected(budget.Spec.Selector.MatchLabels));
    }

    private static void AssertPod(Rendering rendering, V1PodSpec pod)
    {
        var containers = (pod.InitContainers ?? []).Concat(pod.Containers).ToArray();
        var named = containers.SelectMany(static c => c.Ports ?? []).ToArray();
        Assert.Equal(containers.Length, containers.Select(static c => c.Name).Distinct().Count());
        Assert.Equal(named.Count(static p => p.Name is not null), named.Select(static p => p.Name).OfType<string>().Distinct().Count());
        Assert.Equal(named.Length, named.Select(static p => p.ContainerPort).Distinct().Count());
        Assert.All(pod.Containers, static c => Assert.Null(c.RestartPolicy));
        foreach (var container in containers)
        {
            Assert.NotEmpty(container.Image);
            Assert.All(container.Ports ?? [], static port =>
            {
                Assert.Contains(port.Protocol ?? "TCP", Protocols);
                Assert.InRange(port.ContainerPort, 1, 65535);
                Assert.InRange((port.Name ?? "unnamed").Length, 1, 15);
            });
            foreach (var probe in new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe }.OfType<V1Probe>())
            {
                Assert.StartsWith("/", probe.HttpGet.Path, StringComparison.Ordinal);
                Assert.Contains(container.Ports ?? [], port => port.Name == probe.HttpGet.Port.Value);
            }

            Assert.All(container.VolumeMounts ?? [], mount => Assert.Contains(pod.Volumes, volume => volume.Name == mount.Name));
            Assert.Equal((container.Env ?? []).Count, (container.Env ?? []).Select(static e => e.Name).Distinct().Count());
        }

        var maps = rendering.All<V1ConfigMap>().Select(static map => map.Metadata.Name).ToHashSet();
        foreach (var volume in pod.Volumes ?? [])
        {
            Assert.True(volume.ConfigMap is not { } map || map.Optional == true || maps.Contains(map.Name), volume.Name);
            Assert.All(volume.Projected?.Sources ?? [], source => Assert.True(source.ConfigMap.Optional == true || maps.Contains(source.ConfigMap.Name), volume.Name));
        }
    }

    private static void AssertPort(V1PodSpec pod, IntOrString port) => Assert.Contains(
        (pod.InitContainers ?? []).Concat(pod.Containers).SelectMany(static c => c.Ports ?? []),
        open => open.Name == port.Value || open.ContainerPort.ToString(System.Globalization.CultureInfo.InvariantCulture) == port.Value);

    private static bool Covers(IDictionary<string, string> labels, V1PodTemplateSpec template) =>
        labels.All(label => template.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value);

    [GeneratedRegex("^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$")]
    private static partial Regex DnsName();
}
