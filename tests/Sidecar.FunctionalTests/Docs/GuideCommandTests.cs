using Sidecar.FunctionalTests.Deploy;
using Sidecar.FunctionalTests.Generic;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Docs;

/// <summary>
/// The commands of the guides, in each language, run as they stand and in their order: in a folder with a copy of what the repository
/// has for them, with the real binary as `sidecar` and servers of the test at the guides' addresses.
/// </summary>
public sealed class GuideCommandTests(GuideWorld world) : IClassFixture<GuideWorld>
{
    public static TheoryData<string> Languages => [.. Guide.Languages];

    public static TheoryData<string, string> Guides => new(Guide.Languages.SelectMany(static language => Guide.Names.Select(name => (language, name))));

    [Theory]
    [MemberData(nameof(Guides))]
    public void Blocks_OfTheGuide_AreRunOrSayThatTheyAreNot(string language, string name)
    {
        var blocks = Guide.Read(language, name).Blocks;

        Assert.Contains(blocks, static block => Guide.IsRun(block.Code));
        // Settings stand in commands that write them, so that they are tried, too.
        Assert.All(blocks, static block => Assert.Equal("sh", block.Language));
        Assert.All(blocks, static block => Assert.True(Guide.IsMarked(block.Code), block.Code));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Compose_RunAsWritten_LeavesSettingsWithoutFault(string language)
    {
        using var folder = await FolderAsync(("ragflow/docker/docker-compose.yml", ""));

        var said = await RunAsync(Guide.Read(language, "ragflow-compose"), folder, world.StandIns);

        Assert.Contains("\n200\nuser/forget/login-link.js\nno-store\n", said, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Path, "ragflow/docker/docker-compose.override.yml")));
        var settings = Path.Combine(folder.Path, "ragflow/docker/sidecar");
        AssertSound(settings, new() { ["SIDECAR__REDIS__HOST"] = "redis", ["SIDECAR__REDIS__PASSWORD"] = "secret" });
        Assert.DoesNotContain("${", await File.ReadAllTextAsync(Path.Combine(settings, "sidecar.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Helm_RunAsWritten_RendersTheSidecarInFrontOfRagflow(string language)
    {
        // Skips where kubectl is missing or too old.
        await Kustomize.RenderAsync("base");
        using var folder = await FolderAsync(("chart.yaml", Kustomize.Chart));

        var said = await RunAsync(Guide.Read(language, "ragflow-helm"), folder, world.StandIns);

        Assert.Contains("2\n200\nno-store\n", said, StringComparison.Ordinal);
        string Read(string file) => File.ReadAllText(Path.Combine(folder.Path, file));
        var rendering = Rendering.Parse(Read("rendered.yaml"));
        RenderingRules.AssertAll(rendering);
        Assert.Equal("registry.example.org/sidecar:0.1.0", rendering.Sidecar.Image);
        Assert.Contains("login_link", rendering.SettingsFiles()["sidecar.yaml"], StringComparison.Ordinal);
        var secret = Assert.Single(Rendering.Parse(Read("sidecar-secrets.yaml")).All<k8s.Models.V1Secret>());
        Assert.All(new[] { "key-id", "key-secret", "pepper" }, key => Assert.NotEmpty(secret.Data[key]));
        Assert.All(secret.Data.Keys, key => Assert.Contains(rendering.Sidecar.Env, variable => variable.ValueFrom?.SecretKeyRef is { Name: "sidecar-secrets" } reference && reference.Key == key));

        var values = Read("sidecar-values.yaml").Split('\n').SkipWhile(static line => line != "  service_conf:").Skip(1).Select(static line => line.Length > 4 ? line[4..] : line);
        using var settings = new TempDirectory(new Dictionary<string, string> { ["service_conf.yaml"] = string.Join('\n', values), ["sidecar.yaml"] = rendering.SettingsFiles()["sidecar.yaml"] });
        AssertSound(settings.Path, new()
        {
            ["SIDECAR__REDIS__HOST"] = "redis", ["SIDECAR__SMTP__MAIL_PASSWORD"] = "secret", ["SIDECAR__KEYS__0__ID"] = "a", ["SIDECAR__KEYS__0__SECRET"] = KeyRing.NewSecret(), ["SIDECAR__PEPPER"] = KeyRing.NewSecret(),
        });
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task AnyApp_RunAsWritten_EndsWithTheAppsOwnAnswer(string language)
    {
        await using var generic = await GenericWorld.StartAsync();
        using var folder = await FolderAsync();
        var mailed = Path.Combine(folder.Path, "mailed");
        var mail = MailAsync();

        var said = await RunAsync(Guide.Read(language, "any-app"), folder, new Dictionary<string, string>
        {
            ["app=http://127.0.0.1:8080"] = "app=" + generic.Sidecar.BaseUrl.GetLeftPart(UriPartial.Authority),
            ["you@your-domain.com"] = GenericWorld.Alice,
            ["letters=ABCDE"] = "letters=" + GenericWorld.Captcha,
            ["code=ABCDEFGH"] = $"code=$(until [ -e {mailed} ]; do sleep 0.1; done; cat {mailed})",
        });

        await mail;
        Assert.Contains("{\"status\":\"code_sent\"}\n{\"status\":\"verified\"}\ndone\n", said, StringComparison.Ordinal);
        Assert.Equal([0xFF, 0xD8], (await File.ReadAllBytesAsync(Path.Combine(folder.Path, "captcha.jpg"), TestContext.Current.CancellationToken))[..2]);

        async Task MailAsync()
        {
            await Eventually.TrueAsync(() => generic.Mails(GenericWorld.Alice).Count > 0, "no mail came");
            await File.WriteAllTextAsync(mailed + ".new", GenericWorld.CodeIn(generic.Mails(GenericWorld.Alice)[0]));
            File.Move(mailed + ".new", mailed);
        }
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Operations_RunAsWritten_ShowWhatTheySay(string language)
    {
        using var folder = await FolderAsync(
            ("sidecar.log", world.Recovery.Log),
            ("sidecar-conf/sidecar.yaml", $"redis: {{ host: \"{world.Recovery.Redis.Endpoint}\" }}\nsmtp: {{ mail_server: localhost, mail_default_sender: [\"A\", \"a@b.test\"] }}\nkeys: [{{ id: a, secret: \"{KeyRing.NewSecret()}\" }}]\npepper: \"{KeyRing.NewSecret()}\"\n"));

        var said = await RunAsync(Guide.Read(language, "operations"), folder, world.StandIns);

        Assert.All(
            new[] { "{\"status\":\"ready\"", "sidecar_recovery_enabled{", " \"step\":\"otp\",\"outcome\":\"field_missing\"\n", "maxmemory-policy\nnoeviction\n", "您的", "pepper: \"" },
            words => Assert.Contains(words, said, StringComparison.Ordinal));
        AssertSound(Path.Combine(folder.Path, "sidecar-conf"), []);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Troubleshooting_RunAsWritten_ShowsThatAllIsWell(string language)
    {
        using var folder = await FolderAsync();

        var said = await RunAsync(Guide.Read(language, "troubleshooting"), folder, world.StandIns);

        Assert.StartsWith("200\n{\"code\":101", said, StringComparison.Ordinal);
        Assert.All(new[] { "image/jpeg\n", "PONG\n", "noeviction\n", "used_memory_human:" }, words => Assert.Contains(words, said, StringComparison.Ordinal));
    }

    private static async Task<TempDirectory> FolderAsync(params (string Name, string Content)[] files)
    {
        var folder = new TempDirectory(files.ToDictionary(static file => file.Name, static file => file.Content));
        await Tool.RunAsync("cp", "coreutils", "-r", RepositoryRoot.Combine("deploy"), folder.Path);
        Directory.CreateDirectory(Path.Combine(folder.Path, "conf"));
        await Tool.RunAsync("cp", "coreutils", "-r", RepositoryRoot.Combine("conf", "examples"), Path.Combine(folder.Path, "conf"));
        return folder;
    }

    /// <summary>The page's tested blocks as one script: a later one uses what an earlier one set.</summary>
    private static Task<string> RunAsync(MarkdownPage guide, TempDirectory folder, IReadOnlyDictionary<string, string> standIns)
    {
        var binary = SidecarBinary.Find();
        var script = string.Concat(guide.Blocks.Where(static block => Guide.IsRun(block.Code)).Select(static block => block.Code));
        foreach (var (words, standIn) in standIns)
        {
            script = script.Replace(words, standIn, StringComparison.Ordinal);
        }

        return Tool.RunAsync("bash", "bash", "-euo", "pipefail", "-c", $"cd '{folder.Path}'\nsidecar() {{ '{binary.FileName}' {binary.FirstArgument} \"$@\"; }}\n{script}");
    }

    private static void AssertSound(string folder, Dictionary<string, string> environment)
    {
        var options = SidecarOptions.Read(CommandLine.Parse(["run", "--config", folder]), environment);
        Assert.Empty(options.Faults);
        Assert.Empty(options.RecoveryOffReason);
        Assert.True(options.UsesRedis);
    }
}
