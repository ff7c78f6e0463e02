using System.Globalization;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>A connection that is lent again and again leaves nothing of its borrowers behind.</summary>
public sealed class LentMemoryTests
{
    private const int Loans = 20_000;
    private const int Batch = 100;

    /// <summary>One borrower is some 5 KB; if they were kept, these would be 100 MB.</summary>
    private const double MostGrowth = 25;

    [Fact]
    public async Task Loans_ThousandsOnOneConnection_DoNotGrowTheProcess()
    {
        await using var app = KeptConnection.TellingApp();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["limits.client.mode=off"], Environment = new Dictionary<string, string> { ["DOTNET_GCConserveMemory"] = "9" } });
        await AskAsync(sidecar, Loans / 10);
        var before = Memory(sidecar);

        await AskAsync(sidecar, Loans);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{before:0.0} MB became {Memory(sidecar):0.0}"));
        Assert.InRange(Memory(sidecar) - before, double.NegativeInfinity, MostGrowth);
    }

    /// <summary>In turns with as many plain ones, without which the connection were the server's for good.</summary>
    private static async Task AskAsync(SidecarProcess sidecar, int loans)
    {
        await using var client = await RawConnection.OpenAsync(sidecar.BaseUrl);
        var pair = KeptConnection.Request("GET /p") + KeptConnection.Request("HEAD /l", "TE: trailers\r\n");
        for (var done = 0; done < loans; done += Batch)
        {
            await client.SendAsync(string.Concat(Enumerable.Repeat(pair, Batch)));
            var last = string.Create(CultureInfo.InvariantCulture, $"/{done}");
            await client.SendAsync(KeptConnection.Request("GET " + last));
            await client.ReadUntilAsync($"\r\n\r\n{last} fast 0");
            client.Forget();
        }
    }

    private static double Memory(SidecarProcess sidecar) =>
        double.Parse(File.ReadLines($"/proc/{sidecar.Id}/status").First(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
