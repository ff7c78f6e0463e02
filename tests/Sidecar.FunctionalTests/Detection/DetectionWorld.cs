using System.Text;
using System.Text.Json.Nodes;
using Sidecar.Contracts;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Detection;

/// <summary>The real binary, as it is shipped, in front of a gate.</summary>
internal static class DetectionWorld
{
    /// <summary>All recovery needs, so that its steps are served where they are mounted.</summary>
    private static readonly string[] Whole =
    [
        "smtp.mail_server=127.0.0.1", "smtp.mail_port=9", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com", "store.kind=memory", "handoff.redis.host=127.0.0.1:9",
        "limits.client.mode=off", "limits.captcha.mode=off",
    ];

    public static Task<SidecarProcess> StartAsync(ReleaseGate gate, params string[] settings) =>
        SidecarProcess.StartAsync(new() { Upstream = gate.Address, Probes = true, Settings = [.. Whole, .. settings] });

    public static async Task<string> MetricsAsync(SidecarProcess sidecar) =>
        Encoding.UTF8.GetString((await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken)).Body);

    /// <summary>The contracts of one source, as the metric has them.</summary>
    public static async Task<string> ContractsAsync(SidecarProcess sidecar, string source) => string.Join(' ', (await MetricsAsync(sidecar)).Split('\n')
        .Where(line => line.StartsWith("sidecar_app_contract{", StringComparison.Ordinal) && line.Contains($"source=\"{source}\"", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal) | line.Contains("} 1 ", StringComparison.Ordinal))
        .Select(static line => line[(line.IndexOf("contract=\"", StringComparison.Ordinal) + "contract=\"".Length)..].Split('"')[0])
        .Order(StringComparer.Ordinal));

    /// <summary>Another release takes the app's place, and somebody comes by in between.</summary>
    public static async Task ReplaceAsync(ReleaseGate gate, SidecarProcess sidecar, string release)
    {
        await gate.GoDownAsync();
        Assert.Equal(502, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/"), TestContext.Current.CancellationToken)).Status);
        await gate.ComeUpAsync(release);
    }

    public static Task FoundAsync(SidecarProcess sidecar, string contracts) =>
        Eventually.TrueAsync(async () => await ContractsAsync(sidecar, "found") == contracts, $"{contracts} to be found:\n{sidecar.StandardOutput}");

    /// <summary><c>contract</c> of <c>/readyz</c>.</summary>
    public static async Task<string> HealthAsync(SidecarProcess sidecar)
    {
        var answer = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken);
        Assert.Equal(200, answer.Status);
        var check = JsonNode.Parse(answer.Body)!["checks"]!["contract"]!;
        return $"{(string?)check["status"]}: {(string?)check["detail"]}";
    }

    /// <summary>Asks every recovery path of every release for what its step would do, and for what none does.</summary>
    public static async Task<IReadOnlyDictionary<string, Reply>> AskAllAsync(SidecarProcess sidecar)
    {
        var answers = new Dictionary<string, Reply>(StringComparer.Ordinal);
        foreach (var path in RagflowRoutes.Guarded([]).Select(static route => route.Key))
        {
            var client = new RecoveryClient(null!, sidecar.BaseUrl);
            answers[$"GET {path}"] = await client.SendAsync("GET", path + "?email=a@example.com");
            answers[$"POST {path}"] = await client.PostAsync(path + "?email=a@example.com", ("email", "a@example.com"), ("captcha", "ABCDE"), ("otp", "ABCD"), ("new_password", "x"), ("confirm_new_password", "x"));
        }

        return answers;
    }
}
