using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using YamlDotNet.RepresentationModel;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>
/// The override for RAGFlow's compose file, against a recording of that. No compose is on the machine that tests it: what its
/// schema and its merging would mind is minded here.
/// </summary>
public sealed partial class ComposeTests
{
    private static readonly string[] KnownKeys =
        ["image", "environment", "volumes", "ports", "networks", "read_only", "cap_drop", "security_opt", "mem_limit", "stop_grace_period", "restart"];

    private readonly YamlMappingNode theirs = Load(RepositoryRoot.Combine("tests", "Sidecar.FunctionalTests", "Deploy", "Recordings", "ragflow-compose.yml"));
    private readonly YamlMappingNode ours = Load(RepositoryRoot.Combine("deploy", "compose", "docker-compose.override.yml"));

    private YamlMappingNode Sidecar => (YamlMappingNode)ours["services"]["sidecar"];

    [Fact]
    public void Override_Structure_IsOfComposesWords()
    {
        Assert.Equal(["services"], Keys(ours));
        Assert.Equal(Keys((YamlMappingNode)theirs["services"]).Append("sidecar").Order(), Keys((YamlMappingNode)ours["services"]).Order());
        Assert.All(Keys(Sidecar), static key => Assert.Contains(key, KnownKeys));
        Assert.All(Ragflows(), static service => Assert.Equal(["networks", "ports"], Keys(service).Order()));
        Assert.All(Texts(Sidecar["cap_drop"]), static cap => Assert.Equal("ALL", cap));
        Assert.Equal("true", Sidecar["read_only"].ToString());
    }

    /// <summary>Without the tag compose would add the lists up, and RAGFlow's own ports would stay open.</summary>
    [Fact]
    public void Ragflow_Ports_AreReplacedAndHaveNoRecovery()
    {
        Assert.All(Ragflows(), static service =>
        {
            Assert.Equal("!override", service["ports"].Tag.Value);
            Assert.Equal(["9381", "9382"], Texts(service["ports"]).Select(ContainerPort).Order());
        });
        Assert.All(Texts(Sidecar["ports"]), static port => Assert.Contains(ContainerPort(port), new[] { "8080", "8081" }));
        // The host's ports are those that people know.
        Assert.Equal(
            ["SVR_HTTP_PORT", "SVR_WEB_HTTP_PORT"],
            Texts(Sidecar["ports"]).Select(static port => Variable().Match(port).Groups["name"].Value).Order());
    }

    [Fact]
    public void Variables_All_AreOfRagflowsEnvOrHaveADefault()
    {
        var known = Keys((YamlMappingNode)theirs["x-base"]["env"]).ToArray();
        var text = File.ReadAllText(RepositoryRoot.Combine("deploy", "compose", "docker-compose.override.yml"));

        var used = Variable().Matches(text);

        Assert.NotEmpty(used);
        Assert.All(used, variable => Assert.True(variable.Groups["default"].Success || known.Contains(variable.Groups["name"].Value), variable.Value));
    }

    [Fact]
    public void Upstreams_Meet_TheAliasOfRagflow()
    {
        var environment = Environment();

        foreach (var (index, port) in new[] { (0, 80), (1, 9380) })
        {
            var upstream = new Uri(environment[$"SIDECAR__LISTENERS__{index}__UPSTREAM"]);
            Assert.Equal(port, upstream.Port);
            Assert.All(Ragflows(), service => Assert.Equal([upstream.Host], Texts(service["networks"]["ragflow"]["aliases"])));
        }

        Assert.Equal(["ragflow"], Texts(Sidecar["networks"]));
        Assert.Contains("ragflow", Texts(theirs["x-base"]["networks"]));
        Assert.Contains(environment["SIDECAR__REDIS__HOST"], Texts(theirs["x-base"]["services"]));
    }

    [Fact]
    public void Settings_WithWhatKeygenPrints_LoadWithoutFault()
    {
        var mount = Assert.Single(Texts(Sidecar["volumes"])).Split(':');
        Assert.Equal(["./sidecar", "/etc/sidecar", "ro"], mount);
        var environment = Environment();
        Assert.Equal(mount[1], environment["SIDECAR_CONFIG"]);
        var example = File.ReadAllText(RepositoryRoot.Combine("deploy", "compose", "sidecar", "sidecar.yaml"));
        // Taking the comment signs away is what the file asks for.
        var filled = Uncommented().Replace(example[example.IndexOf("# smtp:", StringComparison.Ordinal)..example.IndexOf("# client_address", StringComparison.Ordinal)], "");
        using var folder = new TempDirectory(new Dictionary<string, string>
        {
            ["sidecar.yaml"] = filled + "keys:\n  - id: a\n    secret: \"" + Otp.KeyRing.NewSecret() + "\"\npepper: \"" + Otp.KeyRing.NewSecret() + "\"\n",
        });

        var options = SidecarOptions.Read(CommandLine.Parse(["run", "--config", folder.Path]), environment);

        Assert.Empty(options.Faults);
        Assert.Empty(options.RecoveryOffReason);
        Assert.Equal([8080, 8081], options.Listeners.Select(static listener => listener.Port));
        Assert.True(options.UsesRedis);
    }

    private IEnumerable<YamlMappingNode> Ragflows() => ((YamlMappingNode)ours["services"]).Children.Where(static s => s.Key.ToString() != "sidecar").Select(static s => (YamlMappingNode)s.Value);

    private Dictionary<string, string> Environment()
    {
        var env = ((YamlMappingNode)theirs["x-base"]["env"]).Children.ToDictionary(static e => e.Key.ToString(), static e => e.Value.ToString());
        return ((YamlMappingNode)Sidecar["environment"]).Children.ToDictionary(
            static entry => entry.Key.ToString(),
            entry => Variable().Replace(entry.Value.ToString(), variable => env.GetValueOrDefault(variable.Groups["name"].Value, variable.Groups["default"].Value)));
    }

    private static string ContainerPort(string port) => port[(port.LastIndexOf(':') + 1)..];

    private static IEnumerable<string> Keys(YamlMappingNode map) => map.Children.Keys.Select(static key => key.ToString());

    private static string[] Texts(YamlNode list) => [.. ((YamlSequenceNode)list).Children.Select(static item => item.ToString())];

    private static YamlMappingNode Load(string file)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(file);
        stream.Load(reader);
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)(:[-?](?<default>[^}]*))?\}")]
    private static partial Regex Variable();

    [GeneratedRegex("(?m)^# ?")]
    private static partial Regex Uncommented();
}
