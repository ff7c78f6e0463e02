using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>
/// SIGTERM in the middle of 200 requests a second, open streams and uploads. Stand-alone, the port stays open for
/// <c>shutdown.delay</c>, so that whoever balances the load goes elsewhere; as a native sidecar, whose app has ended before,
/// what is open gets <c>shutdown.drain</c>.
/// </summary>
public sealed class TerminationTests
{
    private const int Pace = 200;

    /// <summary>A connection that the kernel had taken and the process had not when the port closed is lost, by the nature of the call.</summary>
    private static readonly TimeSpan Closing = TimeSpan.FromMilliseconds(250);

    public static TheoryData<string> Engines => Resilience.Engines.All;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task StandAlone_UnderLoad_RefusesNothingBeforeThePortCloses(string engine)
    {
        await using var app = await TrafficApp.StartAsync();
        await using var sidecar = await StartAsync(app, engine, "shutdown.delay=2s", "shutdown.drain=3s");
        await using var stream = await OpenStreamAsync(sidecar);
        await using var upload = await OpenUploadAsync(sidecar);
        var load = new Load(sidecar);
        var running = load.RunAsync();
        await Eventually.TrueAsync(() => load.Answered > Pace / 2, "load");

        var terminated = Stopwatch.GetTimestamp();
        sidecar.Terminate();
        await Eventually.TrueAsync(async () => (await ReadyAsync(sidecar)) == 503, "readiness to go off");
        var closed = await load.ClosedAsync();
        load.Stop();
        await running;

        Assert.True(Stopwatch.GetElapsedTime(terminated, closed) > TimeSpan.FromSeconds(1.8), "The port did not stay open for shutdown.delay.");
        Assert.Empty(load.Lost.Where(lost => Stopwatch.GetElapsedTime(lost.Started, closed) > Closing).Select(static lost => lost.What));
        // Clients that keep their connections were told in time to leave them.
        Assert.True(load.ToldToLeave > 0, "No answer said Connection: close.");
        await upload.SendAsync(new string('y', TrafficApp.HalfAnUpload));
        await upload.ReadUntilAsync("ok");
        app.FinishStreams();
        Assert.EndsWith("data: last\n\n\r\n0\r\n\r\n", await stream.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await sidecar.WaitForExitAsync(TimeSpan.FromSeconds(15)));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task NativeSidecar_WithStreamsAndUploads_GivesThemTheDrainTimeAndThenGoes(string engine)
    {
        await using var app = await TrafficApp.StartAsync();
        await using var sidecar = await StartAsync(app, engine, "shutdown.drain=4s");
        await using var finished = await OpenStreamAsync(sidecar);
        await using var endless = await OpenStreamAsync(sidecar, "/endless");
        await using var socket = await OpenSocketAsync(sidecar);
        await using var upload = await OpenUploadAsync(sidecar);
        await using var idle = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await idle.SendAsync("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
        await idle.ReadUntilAsync("ok");

        var terminated = Stopwatch.GetTimestamp();
        sidecar.Terminate();
        // Nothing keeps a connection over which nothing goes.
        await idle.ReadToEndAsync();
        Assert.True(Stopwatch.GetElapsedTime(terminated) < TimeSpan.FromSeconds(3.5), "The idle connection was kept.");

        app.FinishStreams();
        Assert.EndsWith("data: last\n\n\r\n0\r\n\r\n", await finished.ReadToEndAsync(), StringComparison.Ordinal);
        await upload.SendAsync(new string('y', TrafficApp.HalfAnUpload));
        await upload.ReadUntilAsync("ok");
        await socket.SendAsync("ping");
        await socket.ReadUntilAsync("ping");
        Assert.DoesNotContain("\r\n0\r\n", await endless.ReadToEndAsync(), StringComparison.Ordinal);

        var took = Stopwatch.GetElapsedTime(terminated);
        Assert.InRange(took, TimeSpan.FromSeconds(3.5), TimeSpan.FromSeconds(12));
        Assert.Equal(0, await sidecar.WaitForExitAsync(TimeSpan.FromSeconds(10)));
    }

    private static Task<SidecarProcess> StartAsync(TrafficApp app, string engine, params string[] settings) =>
        SidecarProcess.StartAsync(new SidecarLaunch { Upstream = app.Address, Settings = settings }.With(engine));

    private static async Task<int> ReadyAsync(SidecarProcess sidecar) =>
        (await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken)).Status;

    private static async Task<RawConnection> OpenStreamAsync(SidecarProcess sidecar, string target = "/events")
    {
        var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await connection.SendAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        await connection.ReadUntilAsync("data: first");
        return connection;
    }

    /// <summary>An upload of which the app has half.</summary>
    private static async Task<RawConnection> OpenUploadAsync(SidecarProcess sidecar)
    {
        var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await connection.SendAsync($"POST /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {2 * TrafficApp.HalfAnUpload}\r\n\r\n");
        await connection.ReadUntilAsync("100 Continue\r\n\r\n");
        await connection.SendAsync(new string('x', TrafficApp.HalfAnUpload));
        return connection;
    }

    private static async Task<RawConnection> OpenSocketAsync(SidecarProcess sidecar)
    {
        var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await connection.SendAsync("GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        await connection.ReadUntilAsync("\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", connection.Received, StringComparison.Ordinal);
        return connection;
    }

    /// <summary>Quick answers, streams that end when told, uploads, and a protocol that says back what it is told.</summary>
    private sealed class TrafficApp : IAsyncDisposable
    {
        public const int HalfAnUpload = 100_000;

        private readonly TaskCompletionSource finish = new();
        private LoopbackSite? site;

        public Uri Address => site!.Address;

        public static async Task<TrafficApp> StartAsync()
        {
            var app = new TrafficApp();
            app.site = await LoopbackSite.StartAsync(0, app.ServeAsync);
            return app;
        }

        public void FinishStreams() => finish.TrySetResult();

        public ValueTask DisposeAsync() => site!.DisposeAsync();

        private Task ServeAsync(HttpContext context) => context.Request.Path.Value switch
        {
            "/events" => StreamAsync(context, finish.Task),
            "/endless" => StreamAsync(context, Task.Delay(Timeout.Infinite, context.RequestAborted)),
            "/upload" => UploadAsync(context),
            "/socket" => EchoAsync(context),
            _ => context.Response.WriteAsync("ok"),
        };

        private static async Task StreamAsync(HttpContext context, Task finish)
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: first\n\n");
            await context.Response.Body.FlushAsync();
            await finish.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await context.Response.WriteAsync("data: last\n\n");
        }

        private static async Task UploadAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            await context.Response.WriteAsync(body.Length == 2 * HalfAnUpload ? "ok" : "cut");
        }

        private static async Task EchoAsync(HttpContext context)
        {
            context.Response.Headers.Upgrade = "websocket";
            await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            var buffer = new byte[1024];
            while (await stream.ReadAsync(buffer, context.RequestAborted) is > 0 and var count)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            }
        }
    }

    /// <summary>Half of the clients make a connection for each request; half keep theirs and leave it when told to.</summary>
    private sealed class Load(SidecarProcess sidecar)
    {
        private const int Clients = 10;

        private readonly TaskCompletionSource<long> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool stopped;
        private int answered;
        private int told;

        public int Answered => Volatile.Read(ref answered);

        public int ToldToLeave => Volatile.Read(ref told);

        public ConcurrentQueue<(long Started, string What)> Lost { get; } = [];

        public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => ClientAsync(keeps: client % 2 == 0))));

        /// <summary>When the first connection was refused.</summary>
        public Task<long> ClosedAsync() => closed.Task.WaitAsync(Eventually.Patience);

        public void Stop() => stopped = true;

        private async Task ClientAsync(bool keeps)
        {
            Client? kept = null;
            using var pace = new PeriodicTimer(TimeSpan.FromSeconds((double)Clients / Pace));
            while (!stopped && !closed.Task.IsCompleted && await pace.WaitForNextTickAsync())
            {
                var started = Stopwatch.GetTimestamp();
                try
                {
                    kept ??= await Client.ConnectAsync(sidecar.BaseUrl);
                }
                catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
                {
                    closed.TrySetResult(started);
                    return;
                }
                catch (SocketException error)
                {
                    Lost.Enqueue((started, $"no connection: {error.SocketErrorCode}"));
                    continue;
                }

                try
                {
                    var last = await kept.AskAsync(keeps);
                    Interlocked.Increment(ref answered);
                    if (keeps && last)
                    {
                        Interlocked.Increment(ref told);
                    }

                    kept = keeps && !last ? kept : Left(kept);
                }
                catch (IOException error)
                {
                    Lost.Enqueue((started, string.Create(CultureInfo.InvariantCulture, $"{(keeps ? "kept" : "new")} connection: {error.Message}")));
                    kept = Left(kept);
                }
            }

            Left(kept);
        }

        private static Client? Left(Client? client)
        {
            client?.Dispose();
            return null;
        }
    }

    private sealed class Client(TcpClient client) : IDisposable
    {
        private readonly byte[] buffer = new byte[4096];

        public static async Task<Client> ConnectAsync(Uri server)
        {
            var client = new TcpClient { NoDelay = true };
            try
            {
                await client.ConnectAsync(server.Host, server.Port);
                return new(client);
            }
            catch
            {
                client.Dispose();
                throw;
            }
        }

        /// <summary>Whether the answer says that it is the connection's last.</summary>
        public async Task<bool> AskAsync(bool keeps)
        {
            var stream = client.GetStream();
            await stream.WriteAsync(keeps ? "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray() : "GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray());
            var text = "";
            while (!text.Contains("ok", StringComparison.Ordinal) || !text.EndsWith("\r\n", StringComparison.Ordinal) || !text.Contains("\r\n0\r\n\r\n", StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer);
                text += count > 0 ? System.Text.Encoding.Latin1.GetString(buffer, 0, count) : throw new IOException($"ended after \"{text}\"");
            }

            return text.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal)
                ? text.Contains("\r\nConnection: close\r\n", StringComparison.OrdinalIgnoreCase)
                : throw new IOException(text);
        }

        public void Dispose() => client.Dispose();
    }
}
