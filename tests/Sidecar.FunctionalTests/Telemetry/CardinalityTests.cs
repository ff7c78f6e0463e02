using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>What a client can write into a request must not become series: a monitoring system dies of those before the app does.</summary>
public sealed class CardinalityTests
{
    private const int Connections = 8;

    /// <summary>As docs/telemetry.md states it.</summary>
    private const int MostOfClients = 1000;

    /// <summary>The same, also where the app answers with every status there is.</summary>
    private const int MostOfAll = 10_000;

    private const string Mark = "hostile";

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND"];

    [Fact]
    public async Task Series_AfterTenThousandHostileRequests_StayBounded()
    {
        await using var app = await LoopbackSite.StartAsync(0, AnswerAsync);
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = app.Address,
            Settings =
            [
                "smtp.mail_server=127.0.0.1", "smtp.mail_port=9", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com", "store.kind=memory", "handoff.redis.host=127.0.0.1:9",
                "limits.captcha.permits=5", "limits.forwarded.0.path=/*", "limits.forwarded.0.permits=1000000",
            ],
        });

        await SendAsync(sidecar, 0, 5000, Hostile);
        var before = await SeriesAsync(sidecar);
        await SendAsync(sidecar, 5000, 5000, Hostile);
        var after = await SeriesAsync(sidecar);

        Assert.DoesNotContain(after, static series => series.Contains(Mark, StringComparison.OrdinalIgnoreCase));
        // The runtime has a few more by then, such as the first exception of a type.
        Assert.True(after.Count - before.Count < 50, $"{before.Count} series became {after.Count}:\n{string.Join('\n', after.Except(before))}");
        Assert.InRange(after.Count, 100, MostOfClients);
        Assert.Contains(after, static series => series.Contains("http_request_method=\"_OTHER\"", StringComparison.Ordinal));

        // Now the app is hostile, too.
        await SendAsync(sidecar, 10_000, 5000, static n => string.Create(CultureInfo.InvariantCulture, $"{Methods[n / 800 % Methods.Length]} /status/{200 + (n % 800)} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"));
        var whole = await SeriesAsync(sidecar);
        Assert.InRange(whole.Count, after.Count + 1000, MostOfAll);
        Assert.Contains(whole, static series => series.Contains("otel_metric_overflow=\"true\"", StringComparison.Ordinal));
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        context.Response.StatusCode = path.StartsWith("/status/", StringComparison.Ordinal) ? int.Parse(path.AsSpan("/status/".Length), CultureInfo.InvariantCulture) : 200;
        return Task.CompletedTask;
    }

    /// <summary>Paths, hosts, methods, forwarded schemes, versions, and the fields of the recovery steps, each time others.</summary>
    private static string Hostile(int n)
    {
        var tag = string.Create(CultureInfo.InvariantCulture, $"{Mark}{n}");
        var fields = $"Host: {tag}.example.net\r\nX-Forwarded-Host: {tag}\r\nX-Forwarded-Proto: {tag}\r\nX-Forwarded-For: {tag}\r\nForwarded: proto={tag};host={tag}\r\nUser-Agent: {tag}\r\nTraceparent: {tag}\r\nOrigin: http://{tag}\r\nAccept-Language: {tag}\r\n";
        var body = $$"""{"email":"{{tag}}@{{tag}}.example","captcha":"{{tag}}","otp":"{{tag}}","purpose":"{{tag}}","contract":"{{tag}}"}""";
        var post = string.Create(CultureInfo.InvariantCulture, $"{fields}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        return (n % 8) switch
        {
            0 => $"{tag.ToUpperInvariant()} /{tag}/{tag}?{tag} HTTP/1.1\r\n{fields}\r\n",
            1 => $"GET /{tag}%2f..%2f{tag}?{tag}={tag} HTTP/1.1\r\n{fields}\r\n",
            2 => $"GET /v1/user/forget/captcha?email={tag}@{tag}.example HTTP/1.1\r\n{fields}\r\n",
            3 => $"POST /v1/user/forget/otp?{tag} HTTP/1.1\r\n{post}",
            4 => $"POST /api/v1/auth/password/forgot/otp/verify;{tag} HTTP/1.1\r\n{post}",
            5 => $"POST //v1/user%2fforget/reset-password/?{tag} HTTP/1.1\r\n{post}",
            6 => $"{tag.ToUpperInvariant()} /v1/user/forget/{tag} HTTP/1.1\r\n{fields}\r\n",
            _ => $"PUT http://{tag}.example.net/{tag} HTTP/1.1\r\n{fields}Content-Length: 0\r\n\r\n",
        };
    }

    /// <summary>A few at once, each over a connection of its own, because the server closes it where it was offended.</summary>
    private static Task SendAsync(SidecarProcess sidecar, int from, int count, Func<int, string> request) => Task.WhenAll(Enumerable.Range(0, Connections).Select(async slot =>
    {
        for (var n = from + slot; n < from + count; n += Connections)
        {
            await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
            await connection.SendAsync(request(n).Replace("\r\nHost:", "\r\nConnection: close\r\nHost:", StringComparison.Ordinal));
            await connection.ReadToEndAsync();
        }
    }));

    /// <summary>Every series, by name and labels.</summary>
    private static async Task<IReadOnlySet<string>> SeriesAsync(SidecarProcess sidecar)
    {
        // The exporter may keep an answer for a moment.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        var answer = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(answer.Body).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line[0] != '#').Select(static line => line[..(line.LastIndexOf('}') + 1)]).ToHashSet();
    }
}
