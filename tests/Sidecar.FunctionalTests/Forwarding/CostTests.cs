using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sidecar.FunctionalTests.Conformance;
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

    /// <summary>Measured 190, 600 and 2,820; the rest is room for what comes now and then, such as a scrape of the metrics.</summary>
    [Theory]
    [InlineData("fast", 300)]
    [InlineData("direct", 900)]
    [InlineData("yarp", 3_250)]
    public async Task Request_Forwarded_AllocatesLittle(string engine, int most)
    {
        await using var app = new FramedApp();
        await using var sidecar = await StartAsync(app, engine);
        await LoadAsync(sidecar, 50);
        var before = await AllocatedAsync(sidecar);

        await LoadAsync(sidecar, Rounds);

        // A fast machine is through before a scrape is answered anew.
        var after = before;
        while (after == before)
        {
            after = await AllocatedAsync(sidecar);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        var each = (after - before) / (Connections * Rounds);
        TestContext.Current.TestOutputHelper?.WriteLine($"{engine}: {each} bytes a request");
        Assert.InRange(each, 1, most);
    }

    /// <summary>
    /// Two sends and two reads on a loop of ours. With the runtime's sockets there are two reads more that find nothing. A buffer taken
    /// only when there is something for it would be a read more, and so would asking each time whether a connection to the app
    /// still lives.
    /// </summary>
    [Theory]
    [InlineData("fast", "loop", 4.1)]
    [InlineData("direct", "loop", 4.1)]
    [InlineData("yarp", "loop", 4.1)]
    [InlineData("fast", "runtime", 6.2)]
    [InlineData("direct", "runtime", 6.2)]
    [InlineData("yarp", "runtime", 6.2)]
    public async Task Request_Forwarded_TakesFewCallsOnSockets(string engine, string sockets, double most)
    {
        await using var app = new FramedApp();
        await using var sidecar = await StartAsync(app, engine, sockets);
        await LoadAsync(sidecar, 50);

        var calls = await CallsAsync(sidecar);

        string[] names = ["recvfrom", "recvmsg", "read", "readv", "sendto", "sendmsg", "write", "writev", "poll"];
        Assert.InRange(names.Sum(calls.GetValueOrDefault) / (double)(Connections * Rounds), most - 0.3, most);
        if (engine == "direct" || sockets == "loop")
        {
            // Handing each request to another thread would be one of these and more; waits themselves depend on the load, YARP's on the runtime's sockets most.
            string[] handing = ["futex", "sched_yield"];
            Assert.InRange(handing.Sum(calls.GetValueOrDefault) / (double)(Connections * Rounds), 0, 1);
        }
    }

    /// <summary>
    /// Resident memory, of which more than half is the binary and its libraries, after a start and 2,000 requests. It was 53 MiB with
    /// the mails compiled and the painter loaded at start, and a heap as large as the processor's cache. The room is for another kernel
    /// and another C library.
    /// </summary>
    [Fact]
    public async Task Process_AfterRequests_IsSmall()
    {
        await using var app = new FramedApp();
        await using var sidecar = await StartAsync(app, "direct");

        await LoadAsync(sidecar, Rounds);

        var line = File.ReadLines($"/proc/{sidecar.Id}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var most = int.Parse(line["VmHWM:".Length..^"kB".Length], CultureInfo.InvariantCulture) / 1024;
        TestContext.Current.TestOutputHelper?.WriteLine($"{most} MiB");
        Assert.InRange(most, 1, 45);
    }

    private static Task<SidecarProcess> StartAsync(FramedApp app, string engine, string sockets = "loop")
    {
        Assert.SkipUnless(SidecarBinary.Find().FirstArgument is null, "Counts are those of the native binary: publish to artifacts/sidecar.");
        return SidecarProcess.StartAsync(new() { Upstream = app.Address, Development = false, Settings = ["limits.client.mode=off", $"forward.sockets={sockets}", .. Engine.Of(engine).Settings] });
    }

    /// <summary>System calls of the load, by name.</summary>
    private static async Task<Dictionary<string, long>> CallsAsync(SidecarProcess sidecar)
    {
        await Tool.RunAsync("strace", "strace", "-V");
        using var trace = Process.Start(new ProcessStartInfo("strace", ["-f", "-c", "-U", "calls,name", "-p", sidecar.Id.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
        // Said when it has got hold of the process with all its threads.
        Assert.Contains("attached", await trace.StandardError.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await LoadAsync(sidecar, Rounds);
        using (var interrupt = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -INT {trace.Id}")]))
        {
            await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var report = await trace.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        return report.Split('\n').Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static words => words.Length == 2 && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .ToDictionary(static words => words[1], static words => long.Parse(words[0], CultureInfo.InvariantCulture));
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
