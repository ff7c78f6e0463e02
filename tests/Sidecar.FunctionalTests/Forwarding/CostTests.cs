using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>
/// What one forwarded request costs, in counts that are the same on every machine. Who raises a ceiling says in
/// docs/performance.md what for; times are told there, too, by the bench.
/// </summary>
public sealed class CostTests
{
    private const int Connections = 8;
    private const int Rounds = 250;

    /// <summary>Measured 0.8 and 3.1 KB, most of it the server's and the metrics'; the rest is room for what comes now and then.</summary>
    [Theory]
    [InlineData("direct", 1_200)]
    [InlineData("yarp", 4_000)]
    public async Task Request_Forwarded_AllocatesLittle(string engine, int most)
    {
        await using var app = new FramedApp();
        await using var sidecar = await StartAsync(app, engine);
        await LoadAsync(sidecar, 50);
        var before = await AllocatedAsync(sidecar);

        await LoadAsync(sidecar, Rounds);

        var each = (await AllocatedAsync(sidecar) - before) / (Connections * Rounds);
        TestContext.Current.TestOutputHelper?.WriteLine($"{engine}: {each} bytes a request");
        Assert.InRange(each, 1, most);
    }

    /// <summary>
    /// Two sends and four reads, two of which find nothing yet, and the waits between, which more load would share; a thread
    /// more in the way would show as a futex, a buffer more as a read.
    /// </summary>
    [Theory]
    [InlineData("direct", 9.5)]
    [InlineData("yarp", 9.5)]
    public async Task Request_Forwarded_TakesFewSystemCalls(string engine, double most)
    {
        await using var app = new FramedApp();
        await using var sidecar = await StartAsync(app, engine);
        await LoadAsync(sidecar, 50);
        var (before, after) = (await CallsAsync(sidecar, 0), await CallsAsync(sidecar, Rounds));

        var each = (after - before) / (double)(Connections * Rounds);

        TestContext.Current.TestOutputHelper?.WriteLine($"{engine}: {each:F2} system calls a request");
        Assert.InRange(each, 4, most);
    }

    private static Task<SidecarProcess> StartAsync(FramedApp app, string engine)
    {
        Assert.SkipUnless(SidecarBinary.Find().FirstArgument is null, "Counts are those of the native binary: publish to artifacts/sidecar.");
        return SidecarProcess.StartAsync(new() { Upstream = app.Address, Development = false, Settings = ["limits.client.mode=off", $"forward.engine={engine}"] });
    }

    /// <summary>System calls while so many requests go over each connection.</summary>
    private static async Task<long> CallsAsync(SidecarProcess sidecar, int rounds)
    {
        await Tool.RunAsync("strace", "strace", "-V");
        using var trace = Process.Start(new ProcessStartInfo("strace", ["-f", "-c", "-U", "calls,name", "-p", sidecar.Id.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
        // It names each thread that it has got hold of; the first is the process itself, whose others follow at once.
        Assert.Contains("attached", await trace.StandardError.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await LoadAsync(sidecar, rounds);
        using (var interrupt = Process.Start("/bin/sh", ["-c", $"kill -INT {trace.Id}"]))
        {
            await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var report = await trace.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        var total = report.Split('\n').Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(static words => words is [_, "total"]);
        return long.Parse(total[0], CultureInfo.InvariantCulture);
    }

    private static Task LoadAsync(SidecarProcess sidecar, int rounds) => Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(sidecar.BaseUrl.Host, sidecar.BaseUrl.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var (request, answer) = ("GET /v1/thing?id=1 HTTP/1.1\r\nHost: app.example\r\nAccept: */*\r\nUser-Agent: cost\r\n\r\n"u8.ToArray(), new byte[4096]);
        for (var i = 0; i < rounds; i++)
        {
            await stream.WriteAsync(request, TestContext.Current.CancellationToken);
            var read = "";
            while (!read.EndsWith("\r\n\r\nok", StringComparison.Ordinal))
            {
                read += Encoding.ASCII.GetString(answer, 0, await stream.ReadAsync(answer, TestContext.Current.CancellationToken));
            }
        }
    }));

    private static async Task<long> AllocatedAsync(SidecarProcess sidecar)
    {
        var metrics = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken);
        var line = Encoding.UTF8.GetString(metrics.Body).Split('\n').Single(static line => line.StartsWith("dotnet_gc_heap_total_allocated_bytes_total", StringComparison.Ordinal));
        return (long)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
