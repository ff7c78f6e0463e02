using System.Net;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>Whoever collects the log may be stuck, behind a full disk for instance; the app's traffic must not wait for that.</summary>
public sealed class StuckLogTests
{
    [Fact]
    public async Task Log_NobodyReadsIt_RequestsAreAnsweredAndTheProcessEnds()
    {
        // Without an app each request is worth a line: more of them than pipe and queue hold.
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = new Uri($"http://127.0.0.1:{FreePort.Next()}"),
            Development = false,
            ReadsOutput = false,
        });
        using var client = new HttpClient { BaseAddress = sidecar.BaseUrl, Timeout = Eventually.Patience };

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < 600; i++)
            {
                using var answer = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
            }
        }));

        sidecar.Terminate();
        Assert.Equal(0, await sidecar.WaitForExitAsync(Eventually.Patience));
    }
}
