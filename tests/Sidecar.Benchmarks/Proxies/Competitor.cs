using System.Globalization;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Otp;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>A proxy that is measured: how it is started, from which file under bench/, and what its package brings.</summary>
/// <param name="Name">The name of its rows.</param>
/// <param name="Template">Its settings under bench/; empty for no proxy at all.</param>
/// <param name="Program">What is executed; what it weighs.</param>
/// <param name="Arguments">Behind the program; <c>@settings@</c> is the file filled in, <c>@directory@</c> where it lies.</param>
internal sealed record Competitor(string Name, string Template, string Program, params string[] Arguments)
{
    public const string Nginx = "nginx";
    public const string Direct = "direct";

    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>In the order in which a round asks them.</summary>
    public static IReadOnlyList<Competitor> All(IReadOnlyList<SidecarVariant> variants) =>
    [
        new(Direct, "", ""),
        new(Nginx, "nginx.conf", "/usr/sbin/nginx", "-e", "@directory@/nginx.log", "-c", "@settings@"),
        new("haproxy", "haproxy.cfg", "/usr/sbin/haproxy", "-db", "-f", "@settings@"),
        new("caddy", "Caddyfile", "/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", "@settings@") { Environment = [("HOME", "@directory@")] },
        .. variants.Select(static variant => OfSidecar(variant)),
    ];

    public static Competitor OfSidecar(SidecarVariant variant, params IReadOnlyList<string> settings) =>
        new(variant.Name, "sidecar.yaml", Published(), ["run", "--config", "@directory@", .. settings.SelectMany(static setting => new[] { "--set", setting })]) { Environment = variant.Environment };

    /// <summary>Fills the settings in below <paramref name="directory"/> and starts the proxy; it may not answer yet.</summary>
    public RunningProxy Start(string directory, Backends backends)
    {
        if (Template.Length == 0)
        {
            return new(this, null, backends.AppPort, backends.StreamPort);
        }

        var own = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Name}-{FreePort.Next()}"));
        Directory.CreateDirectory(own);
        var (port, streams) = (FreePort.Next(), FreePort.Next());
        var settings = Path.Combine(own, Template);
        Dictionary<string, string> words = new()
        {
            ["@directory@"] = own,
            ["@settings@"] = settings,
            ["@port@"] = Text(port),
            ["@stream_port@"] = Text(streams),
            ["@management@"] = Text(FreePort.Next()),
            ["@app@"] = Text(backends.AppPort),
            ["@streams@"] = Text(backends.StreamPort),
            ["@redis@"] = Text(backends.RedisPort),
            ["@relay@"] = Text(backends.RelayPort),
            ["@secret@"] = KeyRing.NewSecret(),
            ["@pepper@"] = KeyRing.NewSecret(),
            [SidecarVariant.Collector] = $"http://127.0.0.1:{Text(backends.StreamPort)}",
        };
        string Fill(string text) => words.Aggregate(text, static (filled, word) => filled.Replace(word.Key, word.Value, StringComparison.Ordinal));
        File.WriteAllText(settings, Fill(File.ReadAllText(RepositoryRoot.Combine("bench", Template))));
        var process = PinnedProcess.Start(PinnedProcess.ProxyCore, Path.Combine(own, "log"), [Program, .. Arguments.Select(Fill)], Environment.Select(setting => (setting.Name, Fill(setting.Value))));
        return new(this, process, port, streams);
    }

    /// <summary>Figures of the build that nobody ships would be worse than none.</summary>
    private static string Published() =>
        SidecarBinary.Find() is { FirstArgument: null } native ? native.FileName : throw new InvalidOperationException("Publish it first: dotnet publish src/Sidecar -c Release -o artifacts/sidecar");

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
