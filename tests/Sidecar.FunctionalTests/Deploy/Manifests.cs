using System.ComponentModel;
using System.Diagnostics;
using YamlDotNet.RepresentationModel;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>The kustomize base as a cluster would receive it, rendered once by the real kubectl.</summary>
public sealed class Manifests
{
    private readonly Lazy<List<YamlMappingNode>> _documents = new(Render);

    public IReadOnlyList<YamlMappingNode> All => _documents.Value;

    public YamlMappingNode Pod => At(Only("Deployment"), "spec", "template", "spec");

    public YamlMappingNode SidecarContainer => Container("initContainers", "sidecar");

    public YamlMappingNode AppContainer => Container("containers", "app");

    public YamlMappingNode Only(string kind) => All.Single(document => Text(document, "kind") == kind);

    public static YamlMappingNode At(YamlMappingNode node, params string[] path) => (YamlMappingNode)Find(node, path)!;

    public static IEnumerable<YamlMappingNode> List(YamlMappingNode node, params string[] path) =>
        ((YamlSequenceNode?)Find(node, path))?.Children.Cast<YamlMappingNode>() ?? [];

    public static string? Text(YamlMappingNode node, params string[] path) => (Find(node, path) as YamlScalarNode)?.Value;

    public static YamlNode? Find(YamlMappingNode node, params string[] path)
    {
        YamlNode? found = node;
        foreach (var key in path)
        {
            found = found is YamlMappingNode map && map.Children.TryGetValue(key, out var child) ? child : null;
        }

        return found;
    }

    private YamlMappingNode Container(string list, string name) => List(Pod, list).Single(container => Text(container, "name") == name);

    private static List<YamlMappingNode> Render()
    {
        var start = new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(Root(), "deploy", "k8s", "base")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip("kubectl is not installed (Debian: kubernetes-client).");
            throw;
        }

        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            var stream = new YamlStream();
            stream.Load(process.StandardOutput);
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
            return [.. stream.Documents.Select(static document => (YamlMappingNode)document.RootNode)];
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sidecar.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Run this from a build inside the repository.");
        }

        return folder.FullName;
    }
}
