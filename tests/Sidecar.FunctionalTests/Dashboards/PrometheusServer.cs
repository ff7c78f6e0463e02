using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Dashboards;

/// <summary>A real Prometheus that scrapes sidecars every second and evaluates the rules of this repository.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly TempDirectory directory;
    private readonly Process process;
    private readonly ProcessOutput output;
    private readonly HttpClient client;

    private PrometheusServer(IEnumerable<int> managementPorts)
    {
        var port = FreePort.Next();
        directory = new TempDirectory(new Dictionary<string, string> { ["prometheus.yml"] = Configuration(managementPorts) });
        var executable = new[] { "/usr/bin/prometheus", "/usr/local/bin/prometheus" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(executable is null, "prometheus is not installed (Debian: prometheus)");
        process = new Process
        {
            StartInfo = new(executable!,
            [
                $"--config.file={Path.Combine(directory.Path, "prometheus.yml")}", $"--storage.tsdb.path={Path.Combine(directory.Path, "data")}",
                string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"),
            ])
            { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        output = new ProcessOutput(process);
        client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };
    }

    public static async Task<PrometheusServer> StartAsync(IEnumerable<int> managementPorts)
    {
        var server = new PrometheusServer(managementPorts);
        server.process.Start();
        server.output.Begin();
        await Eventually.TrueAsync(server.IsReadyAsync, $"Prometheus\n{server.output.Error}");
        return server;
    }

    /// <summary>What an instant query finds.</summary>
    public Task<IReadOnlyList<PrometheusSeries>> QueryAsync(string query) => AskAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");

    /// <summary>What a panel over time shows.</summary>
    public Task<IReadOnlyList<PrometheusSeries>> QueryRangeAsync(string query, DateTimeOffset from, DateTimeOffset to) => AskAsync(
        string.Create(CultureInfo.InvariantCulture, $"/api/v1/query_range?query={Uri.EscapeDataString(query)}&start={from.ToUnixTimeSeconds()}&end={to.ToUnixTimeSeconds()}&step=1"));

    /// <summary>All names of metrics it has stored.</summary>
    public async Task<IReadOnlySet<string>> NamesAsync() =>
        (await GetAsync("/api/v1/label/__name__/values")).EnumerateArray().Select(static name => name.GetString()!).ToHashSet();

    /// <summary>Every rule by name, with its health: <c>ok</c> once it was evaluated.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RulesAsync() => (
        from rules in (await GetAsync("/api/v1/rules")).GetProperty("groups").EnumerateArray()
        from rule in rules.GetProperty("rules").EnumerateArray()
        select rule).ToDictionary(static rule => rule.GetProperty("name").GetString()!, static rule => rule.GetProperty("health").GetString()!);

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
        directory.Dispose();
    }

    private static string Configuration(IEnumerable<int> managementPorts) => $$"""
        global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
        rule_files: ['{{RepositoryRoot.Combine("deploy", "prometheus", "sidecar.rules.yaml")}}']
        scrape_configs:
          - job_name: sidecar
            static_configs: [{targets: [{{string.Join(", ", managementPorts.Select(static port => string.Create(CultureInfo.InvariantCulture, $"'127.0.0.1:{port}'")))}}]}]
        """;

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await client.GetAsync(new Uri("/-/ready", UriKind.Relative))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<PrometheusSeries>> AskAsync(string target) =>
        [.. (await GetAsync(target)).GetProperty("result").EnumerateArray().Select(PrometheusSeries.Read)];

    private async Task<JsonElement> GetAsync(string target)
    {
        using var answer = await client.GetAsync(new Uri(target, UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{target}: {text}");
        return JsonDocument.Parse(text).RootElement.GetProperty("data");
    }
}
