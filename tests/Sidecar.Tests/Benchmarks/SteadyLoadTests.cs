using System.Net;
using System.Net.Sockets;
using System.Text;
using Sidecar.Benchmarks.Proxies;

namespace Sidecar.Tests.Benchmarks;

/// <summary>Against an app of a few lines on this machine; only lower bounds of time, which a busy machine keeps.</summary>
public sealed class SteadyLoadTests
{
    [Fact]
    public void Spread_AppThatStallsOnce_CountsTheWaitOfAllThatWereDue()
    {
        using var app = new TcpListener(IPAddress.Loopback, 0);
        app.Start();
        var answered = AnswerAsync(app, stallsAt: 1);
        long[] latencies;
        using (var load = new SteadyLoad(((IPEndPoint)app.LocalEndpoint).Port, 1))
        {
            latencies = load.Spread(100, TimeSpan.FromSeconds(0.5), TestContext.Current.CancellationToken);
        }

        // The first waited 300 ms; each that was due meanwhile waited 10 ms less, though none of them was sent before.
        Assert.Equal(50, latencies.Length);
        Assert.True(latencies[^1] >= 300_000, $"{latencies[^1]}");
        Assert.True(latencies.Count(static latency => latency >= 100_000) >= 20);
    }

    [Fact]
    public void Spread_AppThatFallsSilent_CountsWhatWasNeverAnswered()
    {
        using var app = new TcpListener(IPAddress.Loopback, 0);
        app.Start();
        var answered = AnswerAsync(app, stallsAt: 1, forEver: true);
        using var load = new SteadyLoad(((IPEndPoint)app.LocalEndpoint).Port, 1);

        var latencies = load.Spread(100, TimeSpan.FromSeconds(0.2), TestContext.Current.CancellationToken);

        Assert.Equal(20, latencies.Length);
        Assert.True(latencies[0] >= 1_000_000, $"{latencies[0]}");
    }

    [Fact]
    public async Task Exactly_Requests_AreThatMany()
    {
        using var app = new TcpListener(IPAddress.Loopback, 0);
        app.Start();
        var answered = AnswerAsync(app, stallsAt: -1);
        using (var load = new SteadyLoad(((IPEndPoint)app.LocalEndpoint).Port, 1))
        {
            load.Exactly(123, TestContext.Current.CancellationToken);
        }

        // And the one that opens the connection.
        Assert.Equal(124, await answered);
    }

    private static Task<int> AnswerAsync(TcpListener listener, int stallsAt, bool forEver = false) => Task.Run(() =>
    {
        using var socket = listener.AcceptSocket();
        var buffer = new byte[4096];
        var answered = 0;
        while (socket.Receive(buffer) > 0)
        {
            if (answered == stallsAt)
            {
                // Not a wait for something to happen: the stall is what is measured.
                Thread.Sleep(300);
                if (forEver)
                {
                    continue;
                }
            }

            socket.Send(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
            answered++;
        }

        return answered;
    });
}
