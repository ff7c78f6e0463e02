using System.Collections.Concurrent;
using System.Text.Json;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>The real kubectl, which renders what a cluster would be sent. Components need kustomize 5, so kubectl 1.27 or newer.</summary>
internal static class Kustomize
{
    private const string Package = "kubernetes-client";

    /// <summary>Each thing once: kubectl takes a second.</summary>
    private static readonly ConcurrentDictionary<string, Task<Rendering>> Rendered = new(StringComparer.Ordinal);

    /// <summary>What a folder of deploy/k8s renders to, with further components over it.</summary>
    public static Task<Rendering> RenderAsync(string folder, params IReadOnlyList<string> components) =>
        Rendered.GetOrAdd($"{folder} {string.Join(' ', components)}", _ => RenderAnewAsync(folder, components));

    /// <summary>The recorded chart behind the post-renderer.</summary>
    public static Task<Rendering> RenderChartAsync() => Rendered.GetOrAdd("chart", static async _ => Rendering.Parse(await PostRenderAsync(Chart)));

    private static async Task<Rendering> RenderAnewAsync(string folder, IReadOnlyList<string> components)
    {
        if (components.Count == 0)
        {
            return Rendering.Parse(await BuildAsync(RepositoryRoot.Combine("deploy", "k8s", folder)));
        }

        using var overlay = new TempDirectory(new Dictionary<string, string>());
        string Relative(string of) => Path.GetRelativePath(overlay.Path, RepositoryRoot.Combine("deploy", "k8s", of));
        await File.WriteAllTextAsync(
            Path.Combine(overlay.Path, "kustomization.yaml"),
            $"resources: [{Relative(folder)}]\ncomponents: [{string.Join(", ", components.Select(component => Relative("components/" + component)))}]\n");
        return Rendering.Parse(await BuildAsync(overlay.Path));
    }

    /// <summary>What <c>helm install --post-renderer</c> would get for these manifests.</summary>
    public static async Task<string> PostRenderAsync(string manifests)
    {
        await RequireAsync();
        using var chart = new TempDirectory(new Dictionary<string, string> { ["manifests.yaml"] = manifests });
        return await Tool.RunAsync("sh", "dash", "-c", "\"$0\" < \"$1\"", RepositoryRoot.Combine("deploy", "k8s", "overlays", "ragflow-helm", "post-render.sh"), Path.Combine(chart.Path, "manifests.yaml"));
    }

    public static string Chart => File.ReadAllText(RepositoryRoot.Combine("tests", "Sidecar.FunctionalTests", "Deploy", "Recordings", "ragflow-chart.yaml"));

    private static async Task<string> BuildAsync(string folder)
    {
        await RequireAsync();
        return await Tool.RunAsync("kubectl", Package, "kustomize", folder);
    }

    private static async Task RequireAsync()
    {
        using var version = JsonDocument.Parse(await Tool.RunAsync("kubectl", Package, "version", "--client", "-o", "json"));
        var kustomize = version.RootElement.TryGetProperty("kustomizeVersion", out var named) ? named.GetString() : null;
        Assert.SkipUnless(kustomize?.StartsWith("v5", StringComparison.Ordinal) == true, "kubectl 1.27 or newer is needed: kustomize 5 for components. Debian 12's kubernetes-client is older, Debian 13's will do.");
    }
}
