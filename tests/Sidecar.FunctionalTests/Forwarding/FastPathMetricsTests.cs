using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Whoever answers, dashboards see the same: every series with the same labels, and each request once.</summary>
public sealed partial class FastPathMetricsTests
{
    private static readonly byte[] Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();

    /// <summary>The app has a request whose client may leave now.</summary>
    private static readonly SemaphoreSlim Left = new(0);

    [Fact]
    public async Task Series_OfTheSameTraffic_AreTheSameWithoutTheFastPath()
    {
        // The same app for both, because its port is a label.
        var port = FreePort.Next();
        var (fast, served) = (await MeasureAsync(port, isFast: true), await MeasureAsync(port, isFast: false));

        Assert.True(served.SequenceEqual(fast), $"Only without it:\n{string.Join('\n', served.Except(fast))}\nOnly with it:\n{string.Join('\n', fast.Except(served))}");
        Assert.All(fast.Where(static series => series.Key.StartsWith("http_server_active_requests", StringComparison.Ordinal)), static series => Assert.Equal(0, series.Value));
        // What would be left out on both sides is not compared.
        Assert.All(
            (string[])["http_response_status_code=\"200\"", "http_response_status_code=\"502\"", "http_response_status_code=\"504\"", "error=\"request\"", "error=\"request_timed_out\"", "error=\"request_canceled\"", "error=\"response_body_destination\"", "error=\"response_body_canceled\""],
            label => Assert.Contains(fast.Keys, key => key.Contains(label, StringComparison.Ordinal)));
    }

    /// <summary>The server names its protocol for each connection that it gets. It must not do so for each loan.</summary>
    [Fact]
    public async Task Connections_OfTheSameTraffic_HaveTheSameLabelsWithoutTheFastPath()
    {
        var (fast, served) = (await ConnectionsAsync(isFast: true), await ConnectionsAsync(isFast: false));

        Assert.Contains(served, static labels => labels.Contains("network_protocol_version=\"1.1\"", StringComparison.Ordinal));
        Assert.Equal(served, fast);
    }

    /// <summary>The labels of all connections of clients, but for the port.</summary>
    private static async Task<IReadOnlyList<string>> ConnectionsAsync(bool isFast)
    {
        await using var app = KeptConnection.TellingApp();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = [$"forward.fast_path={(isFast ? "true" : "false")}", "limits.client.mode=off"] });
        var port = string.Create(CultureInfo.InvariantCulture, $"server_port=\"{sidecar.Port}\"");
        foreach (var fields in (string[])["", "TE: trailers\r\n"])
        {
            await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
            for (var i = 0; i < 3; i++)
            {
                await client.AskAsync("GET /plain");
                await client.AskAsync("GET /x", fields);
            }
        }

        await using (var gone = await KeptConnection.OpenAsync(sidecar.BaseUrl))
        {
            await gone.SendAsync("GET /half");
        }

        var labels = new SortedDictionary<string, double>(StringComparer.Ordinal);
        await Eventually.TrueAsync(
            async () =>
            {
                labels = new(Connections.Matches(await MetricsAsync(sidecar)).Where(match => match.Groups["name"].Value.Contains(port, StringComparison.Ordinal)).ToDictionary(
                    match => match.Groups["name"].Value.Replace(port, "", StringComparison.Ordinal),
                    static match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)), StringComparer.Ordinal);
                return labels.Values.Sum() >= 3;
            },
            "all connections are counted");
        return [.. labels.Keys];
    }

    private static async Task<string> MetricsAsync(SidecarProcess sidecar) =>
        Encoding.UTF8.GetString((await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken)).Body);

    [GeneratedRegex(@"^kestrel_connection_duration_seconds_count\{(?<name>[^\n]*)\} (?<value>[0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex Connections { get; }

    private static async Task<SortedDictionary<string, double>> MeasureAsync(int port, bool isFast)
    {
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = new($"http://127.0.0.1:{port}"),
            Settings = [$"forward.fast_path={(isFast ? "true" : "false")}", "forward.activity_timeout=1s", "limits.client.mode=off"],
        });
        int asked;
        await using (new ScriptedApp(ServeAsync, port))
        {
            asked = await AskAsync(sidecar);
        }

        // Nobody is there any more.
        foreach (var method in (string[])["GET", "POST"])
        {
            await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
            Assert.Equal("502", (await client.AskAsync($"{method} /nobody")).Status);
            asked++;
        }

        await Eventually.TrueAsync(async () => (await ReadAsync(sidecar)).Where(static series => series.Key.StartsWith("http_server_request_duration", StringComparison.Ordinal)).Sum(static series => series.Value) >= asked, $"all {asked} are counted");
        return await ReadAsync(sidecar);
    }

    /// <summary>Every end that an exchange can have, each once or twice; how many requests those are.</summary>
    private static async Task<int> AskAsync(SidecarProcess sidecar)
    {
        var asked = 0;
        await using (var client = await KeptConnection.OpenAsync(sidecar.BaseUrl))
        {
            foreach (var method in (string[])["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
            {
                Assert.Equal("200", (await client.AskAsync($"{method} /{method}")).Status);
                asked++;
            }

            foreach (var status in (string[])["204", "304", "404", "500", "503", "799"])
            {
                Assert.Equal(status, (await client.AskAsync($"GET /status/{status}")).Status);
                asked++;
            }
        }

        // Without an answer: the app hangs up, says what is no answer, or nothing for too long.
        foreach (var (target, status) in ((string, string)[])[("/end", "502"), ("/nonsense", "502"), ("/silence", "504")])
        {
            foreach (var method in (string[])["GET", "POST"])
            {
                await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
                Assert.Equal("200", (await client.AskAsync("GET /before")).Status);
                Assert.Equal((target, status), (target, (await client.AskAsync($"{method} {target}")).Status));
                asked += 2;
            }
        }

        // Within one: the app hangs up, or says nothing for too long.
        foreach (var target in (string[])["/begun/end", "/begun/silence"])
        {
            await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
            await client.SendAsync(KeptConnection.Request($"GET {target}"));
            Assert.EndsWith("begun", await client.ReadToEndAsync(), StringComparison.Ordinal);
            asked++;
        }

        // The client leaves, before an answer and within one.
        foreach (var (target, told) in ((string, string)[])[("/leave", "error=\"request_canceled\""), ("/begun/leave", "error=\"response_body_canceled\"")])
        {
            await using (var client = await KeptConnection.OpenAsync(sidecar.BaseUrl))
            {
                await client.SendAsync(KeptConnection.Request($"GET {target}"));
                await Left.WaitAsync(TestContext.Current.CancellationToken);
                await (target == "/leave" ? Task.CompletedTask : client.ReadUntilAsync("begun"));
            }

            await Eventually.TrueAsync(async () => (await ReadAsync(sidecar)).Keys.Any(key => key.Contains(told, StringComparison.Ordinal)), told);
            asked++;
        }

        return asked;
    }

    private static async Task ServeAsync(string head, NetworkStream stream, CancellationToken cancellation)
    {
        while (true)
        {
            var path = head.Split(' ')[1].Split('/');
            if (path[1] == "begun")
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun"u8.ToArray(), cancellation);
            }

            switch (path[^1])
            {
                case "end":
                    return;
                case "nonsense":
                    await stream.WriteAsync("nonsense\r\n\r\n"u8.ToArray(), cancellation);
                    return;
                case "silence":
                    await Task.Delay(Timeout.Infinite, cancellation);
                    return;
                case "leave":
                    Left.Release();
                    await Task.Delay(Timeout.Infinite, cancellation);
                    return;
                default:
                    await stream.WriteAsync(path[1] == "status" ? Encoding.ASCII.GetBytes($"HTTP/1.1 {path[2]} X\r\n{(path[2] is "204" or "304" ? "" : "Content-Length: 0\r\n")}\r\n") : path[1] == "HEAD" ? Ok[..^2] : Ok, cancellation);
                    break;
            }

            head = await KeptConnection.HeadAsync(stream, cancellation);
        }
    }

    private static async Task<SortedDictionary<string, double>> ReadAsync(SidecarProcess sidecar) => new(
        Series.Matches(await MetricsAsync(sidecar)).ToDictionary(
            static match => match.Groups["name"].Value,
            static match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)),
        StringComparer.Ordinal);

    [GeneratedRegex(@"^(?<name>(http_server_request_duration_seconds_count|http_server_active_requests|http_client_request_duration_seconds_count|sidecar_forward_errors_total)\{[^\n]*\}) (?<value>[0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex Series { get; }
}
