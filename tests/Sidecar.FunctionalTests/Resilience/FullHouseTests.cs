using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>More clients than the process may hold files open: those beyond wait in the backlog, and cost nobody else anything.</summary>
public sealed class FullHouseTests
{
    [Fact]
    public async Task Clients_BeyondTheOpenFiles_WaitWithoutKeepingAProcessorBusy()
    {
        await using var app = new CountingApp();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Development = false });
        using var client = new HttpClient { BaseAddress = sidecar.BaseUrl };
        await client.GetStringAsync("/before", TestContext.Current.CancellationToken);
        using var process = Process.GetProcessById(sidecar.Id);
        Assert.SkipWhen(process.Modules.Cast<ProcessModule>().Any(static module => module.ModuleName == "libclrjit.so"), "Code that is made while it runs needs open files, too.");

        var files = Directory.GetFiles($"/proc/{sidecar.Id}/fd").Length;
        using (var limit = Process.Start("/usr/bin/prlimit", [$"--pid={sidecar.Id}", string.Create(CultureInfo.InvariantCulture, $"--nofile={files + 4}:")]))
        {
            await limit.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, limit.ExitCode);
        }

        var crowd = Enumerable.Range(0, 32).Select(_ => new TcpClient("127.0.0.1", sidecar.Port)).ToArray();
        try
        {
            process.Refresh();
            var (used, began) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            process.Refresh();
            Assert.InRange((process.TotalProcessorTime - used) / Stopwatch.GetElapsedTime(began), 0, 0.25);
        }
        finally
        {
            Array.ForEach(crowd, static one => one.Dispose());
        }

        await Eventually.TrueAsync(() => app.CountOf("/after") > 0 || AsksAgain(sidecar.BaseUrl), "who comes when the others have left");
    }

    private static bool AsksAgain(Uri server)
    {
        using var one = new TcpClient(server.Host, server.Port);
        one.Client.Send("GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8);
        return one.Client.Receive(new byte[100]) > 0;
    }
}
