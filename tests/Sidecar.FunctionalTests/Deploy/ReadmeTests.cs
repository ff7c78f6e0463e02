using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>The commands of the guides, run as they stand, in a folder with a copy of `deploy` and the sidecar on the path.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("k8s", 3)]
    [InlineData("compose", 1)]
    public async Task Commands_OfTheGuide_RunOrSayThatTheyAreNot(string guide, int run)
    {
        var blocks = Block().Matches(await File.ReadAllTextAsync(RepositoryRoot.Combine("deploy", guide, "README.md"), TestContext.Current.CancellationToken)).Select(static block => block.Groups[1].Value).ToArray();
        Assert.All(blocks, static block => Assert.Matches("^# (not )?run by the tests", block));
        var tested = blocks.Where(static block => block.StartsWith("# run by the tests", StringComparison.Ordinal)).ToArray();
        Assert.Equal(run, tested.Length);
        // Skips where kubectl is missing or too old.
        await Kustomize.RenderAsync("base");
        using var folder = new TempDirectory(new Dictionary<string, string> { ["ragflow/docker/docker-compose.yml"] = "" });
        await Tool.RunAsync("cp", "coreutils", "-r", RepositoryRoot.Combine("deploy"), folder.Path);
        var binary = SidecarBinary.Find();

        foreach (var block in tested)
        {
            await Tool.RunAsync("bash", "bash", "-euo", "pipefail", "-c", $"cd '{folder.Path}'\nsidecar() {{ '{binary.FileName}' {binary.FirstArgument} \"$@\"; }}\n{block}");

            var rendered = Path.Combine(folder.Path, "rendered.yaml");
            if (File.Exists(rendered))
            {
                var rendering = Rendering.Parse(await File.ReadAllTextAsync(rendered, TestContext.Current.CancellationToken));
                RenderingRules.AssertAll(rendering);
                Assert.Contains(rendering.Objects.OfType<k8s.Models.V1Service>(), static service => service.Spec.Ports[0].TargetPort.Value == "sidecar");
                File.Delete(rendered);
            }
        }

        if (guide == "k8s")
        {
            var secret = Assert.Single(Rendering.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "sidecar-secrets.yaml"), TestContext.Current.CancellationToken)).All<k8s.Models.V1Secret>());
            Assert.All(new[] { "key-id", "key-secret", "pepper" }, key => Assert.NotEmpty(secret.Data[key]));
            var wanted = (await Kustomize.RenderAsync("base")).Sidecar.Env.Where(static variable => variable.ValueFrom is not null).Select(static variable => variable.ValueFrom.SecretKeyRef.Key);
            Assert.Equal(wanted.Where(static key => !key.StartsWith("other-", StringComparison.Ordinal)).Order(), secret.Data.Keys.Order());
        }
    }

    [GeneratedRegex("(?ms)^```sh\n(.*?)^```$")]
    private static partial Regex Block();
}
