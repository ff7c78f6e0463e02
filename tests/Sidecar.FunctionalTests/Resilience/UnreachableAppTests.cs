using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>An app that cannot be connected to, in each way there is: every request is told so within the connect timeout, however many come.</summary>
public sealed class UnreachableAppTests
{
    private const int Requests = 40;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    /// <summary>For a machine that has other things to do; without the connect timeout it would take the kernel two minutes.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(9);

    public static TheoryData<string> Engines => Resilience.Engines.All;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task App_Refuses_IsToldAsBadGateway(string engine) =>
        await AssertToldAsync(new Uri($"http://127.0.0.1:{FreePort.Next()}"), engine);

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task App_TakesNoMoreConnections_IsToldAsBadGatewayWithinTheConnectTimeout(string engine)
    {
        using var hole = new BlackHole();
        await AssertToldAsync(hole.Address, engine);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task App_HasNoAddress_IsToldAsBadGatewayWithinTheConnectTimeout(string engine) =>
        await AssertToldAsync(new Uri("http://app.invalid:80"), engine);

    private static async Task AssertToldAsync(Uri app, string engine)
    {
        await using var sidecar = await SidecarProcess.StartAsync(
            new SidecarLaunch { Upstream = app, Settings = [$"forward.connect_timeout={ConnectTimeout.TotalSeconds}s"] }.With(engine));
        var started = Stopwatch.GetTimestamp();

        var answers = await Task.WhenAll(Enumerable.Range(0, Requests).Select(i => RawHttp.SendAsync(
            new(sidecar.BaseUrl, i % 2 == 0 ? "GET" : "POST", "/x") { Body = i % 2 == 0 ? default : "body"u8.ToArray() }, TestContext.Current.CancellationToken)));

        var took = Stopwatch.GetElapsedTime(started);
        Assert.All(answers, static answer => Assert.Equal(502, answer.Status));
        Assert.True(took < ConnectTimeout + Slack, $"{Requests} requests took {took}.");
    }

    /// <summary>A port whose queue of connections is full: the kernel drops what else comes, as a firewall does.</summary>
    private sealed class BlackHole : IDisposable
    {
        private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> waiting = [];

        public BlackHole()
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(1);
            // Until one is left without an answer: then the queue is full, and stays so.
            while (Connects())
            {
            }
        }

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}");

        public void Dispose()
        {
            waiting.ForEach(static socket => socket.Dispose());
            listener.Dispose();
        }

        private bool Connects()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            waiting.Add(socket);
            try
            {
                socket.Connect(listener.LocalEndPoint!);
            }
            catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                return socket.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectWrite);
            }

            return true;
        }
    }
}
