using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>The commands of deploy/k8s/README.md, run as they stand, in a folder with a copy of `deploy`.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Commands_OfTheReadme_RunOrSayThatTheyAreNot()
    {
        var blocks = Block().Matches(await File.ReadAllTextAsync(RepositoryRoot.Combine("deploy", "k8s", "README.md"), TestContext.Current.CancellationToken)).Select(static block => block.Groups[1].Value).ToArray();
        Assert.All(blocks, static block => Assert.Matches("^# (not )?run by the tests", block));
        var tested = blocks.Where(static block => block.StartsWith("# run by the tests", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, tested.Length);
        // Skips where kubectl is missing or too old.
        await Kustomize.RenderAsync("base");
        using var folder = new TempDirectory(new Dictionary<string, string>());
        await Tool.RunAsync("cp", "coreutils", "-r", RepositoryRoot.Combine("deploy"), folder.Path);

        foreach (var block in tested)
        {
            await Tool.RunAsync("bash", "bash", "-euo", "pipefail", "-c", $"cd '{folder.Path}'\n{block}");

            var rendering = Rendering.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "rendered.yaml"), TestContext.Current.CancellationToken));
            RenderingRules.AssertAll(rendering);
            Assert.Contains(rendering.Objects.OfType<k8s.Models.V1Service>(), static service => service.Spec.Ports[0].TargetPort.Value == "sidecar");
        }
    }

    [GeneratedRegex("(?ms)^```sh\n(.*?)^```$")]
    private static partial Regex Block();
}
