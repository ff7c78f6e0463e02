using System.Globalization;
using System.Text;
using Sidecar.FunctionalTests.Forwarding;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>Slow heads hold connections for nothing and are shed; slow bodies are uploads over bad lines and are let through.</summary>
public sealed class SlowClientTests
{
    /// <summary>A byte a second: on CI a few, in the long form as many as SIDECAR_SLOW_UPLOAD says.</summary>
    private static readonly int Seconds = int.Parse(Environment.GetEnvironmentVariable("SIDECAR_SLOW_UPLOAD") ?? "5", CultureInfo.InvariantCulture);

    public static TheoryData<string> Engines => Resilience.Engines.All;

    [Fact]
    public async Task Clients_SlowWithTheirHeaders_AreShedAndTheOthersServed()
    {
        await using var app = new CountingApp();
        var port = FreePort.Next();
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = app.Address,
            Settings = ["listeners.1.address=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"listeners.1.port={port}"), $"listeners.1.upstream={app.Address}", "listeners.1.protocol=h2"],
        });
        // HTTP/2 by knowledge of the port: one says nothing, one only how it begins.
        var h2c = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        await using var silent = await RawConnection.OpenAsync(h2c);
        await using var half = await RawConnection.OpenAsync(h2c);
        await half.SendAsync("PRI * HTTP/2.0\r\n");
        await using var full = await RawConnection.OpenAsync(sidecar.BaseUrl);
        var slow = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => DribbleAsync(sidecar)));

        // A head gets thirty seconds, however many bytes of it come meanwhile.
        for (var i = 0; i < 10; i++)
        {
            await full.SendAsync(string.Create(CultureInfo.InvariantCulture, $"GET /served/{i} HTTP/1.1\r\nHost: a\r\n\r\n"));
            await Eventually.TrueAsync(() => app.CountOf(string.Create(CultureInfo.InvariantCulture, $"/served/{i}")) == 1, "another client's request");
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }

        var answers = await Task.WhenAll(slow.Select(static async dribble =>
        {
            await using var connection = dribble;
            return await connection.EndAsync();
        }));
        Assert.All(answers, static answer => Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal));
        Assert.Equal(0, app.CountOf("/slow"));
        Assert.Empty(await silent.ReadToEndAsync());
        Assert.Empty(await half.ReadToEndAsync());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Upload_AByteASecond_IsNotCutAndArrivesWhole(string engine)
    {
        await using var app = new FramedApp();
        await using var sidecar = await SidecarProcess.StartAsync(new SidecarLaunch { Upstream = app.Address }.With(engine));
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync($"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: {Seconds}\r\n\r\n");
        for (var i = 0; i < Seconds; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            await connection.SendAsync("x");
        }

        await connection.ReadUntilAsync("ok");
        Assert.StartsWith("HTTP/1.1 200 ", connection.Received, StringComparison.Ordinal);
        Assert.Equal(new string('x', Seconds), Assert.Single(app.Take()).Body);
    }

    private static async Task<Dribble> DribbleAsync(SidecarProcess sidecar)
    {
        var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await connection.SendAsync("GET /slow HTTP/1.1\r\nHost: a\r\nX-Slow: ");
        return new(connection);
    }

    /// <summary>A head that goes on and never ends.</summary>
    private sealed class Dribble : IAsyncDisposable
    {
        private readonly RawConnection connection;
        private readonly CancellationTokenSource stop = new();
        private readonly Task sending;

        public Dribble(RawConnection connection) => (this.connection, sending) = (connection, Task.Run(SendAsync));

        public async Task<string> EndAsync()
        {
            await connection.ReadUntilAsync("\r\n\r\n");
            return connection.Received;
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await connection.DisposeAsync();
            await sending;
            stop.Dispose();
        }

        private async Task SendAsync()
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    await connection.SendAsync(Encoding.ASCII.GetBytes("s"));
                    await Task.Delay(500, stop.Token);
                }
            }
            catch (Exception shed) when (shed is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // Which is what is wanted.
            }
        }
    }
}
