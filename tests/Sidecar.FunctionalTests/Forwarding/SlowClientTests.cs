using Sidecar.FunctionalTests.Conformance;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Who dawdles over a head holds a connection for nothing; who dawdles over a body may have a slow line.</summary>
public sealed class SlowClientTests(ForwardingWorld world)
{
    [Fact]
    public async Task Head_ThatDoesNotEnd_IsShed()
    {
        using var client = await Peer.ConnectAsync(world.Sidecar.Port);

        // A little now and then does not help: the whole head has a time.
        await client.SendAsync("GET /demo/echo/x HTTP/1.1\r\nHost: a\r\n");
        for (var i = 0; i < 60 && client.Ending == Ending.None; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            await client.SendAsync("X: y\r\n");
        }

        Assert.NotEqual(Ending.None, client.Ending);
        Assert.StartsWith("HTTP/1.1 408", client.Received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_OfAByteASecond_IsLetThrough()
    {
        using var client = await Peer.ConnectAsync(world.Sidecar.Port);

        await client.SendAsync("POST /demo/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            await client.SendAsync("x");
        }

        await Eventually.TrueAsync(() => client.Received.Contains("\"bytes\":10", StringComparison.Ordinal), "the answer to a slow upload");
    }
}
