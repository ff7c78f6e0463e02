using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>
/// What a cluster would receive, read strictly: a field that the API does not have, or that is there twice, fails here as it
/// would at `kubectl apply`. Kinds of the Prometheus operator, which no library knows, are kept as they are.
/// </summary>
internal sealed class Rendering
{
    private Rendering(IReadOnlyList<object> objects, IReadOnlyList<YamlMappingNode> foreign) => (Objects, Foreign) = (objects, foreign);

    public IReadOnlyList<object> Objects { get; }

    public IReadOnlyList<YamlMappingNode> Foreign { get; }

    public V1Deployment Deployment => All<V1Deployment>().Single();

    public V1PodSpec Pod => Deployment.Spec.Template.Spec;

    public V1Container Sidecar => Pod.InitContainers.Single(static container => container.Name == "sidecar");

    public V1Container App => Pod.Containers[0];

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public V1Service Service(string name) => All<V1Service>().Single(service => service.Metadata.Name == name);

    public static Rendering Parse(string yaml)
    {
        var objects = new List<object>();
        var foreign = new List<YamlMappingNode>();
        foreach (var document in yaml.Split("\n---\n"))
        {
            var stream = new YamlStream();
            using var reader = new StringReader(document);
            stream.Load(reader);
            var root = (YamlMappingNode)stream.Documents[0].RootNode;
            if (root.Children["apiVersion"].ToString().StartsWith("monitoring.coreos.com/", StringComparison.Ordinal))
            {
                foreign.Add(root);
                continue;
            }

            objects.AddRange(KubernetesYaml.LoadAllFromString(document, null, strict: true));
        }

        return new(objects, foreign);
    }

    /// <summary>The files that the pod's sidecar finds in its folder of settings, by name; a source that is not rendered is absent, as in a cluster.</summary>
    public Dictionary<string, string> SettingsFiles()
    {
        var volume = Pod.Volumes.Single(static volume => volume.Name == "sidecar-conf");
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in volume.Projected.Sources)
        {
            var map = All<V1ConfigMap>().SingleOrDefault(map => map.Metadata.Name == source.ConfigMap.Name)?.Data;
            foreach (var (key, content) in map ?? new Dictionary<string, string>())
            {
                if ((source.ConfigMap.Items is null ? key : source.ConfigMap.Items.SingleOrDefault(item => item.Key == key)?.Path) is { } path)
                {
                    files.Add(path, content);
                }
            }
        }

        return files;
    }
}
