using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.Benchmarks.Captcha;

/// <summary>
/// How much slower forwarding gets while pictures are asked for without pause: the sidecar has one core, load and app the other;
/// quiet and flooded phases alternate. The goal is a 99th percentile of at most twice the quiet one. <c>SIDECAR_BINARY</c> names
/// another sidecar to measure.
/// </summary>
internal static class CaptchaFlood
{
    public static readonly Benchmark Benchmark = new("captcha-flood", RunAsync);

    private const int ForwardingClients = 8;
    private const int FloodingClients = 16;

    /// <summary>Of each forwarding client; together about what an app of one core serves.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await Run("taskset", "-acp", "1", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        using var app = Serve();
        var wrapper = Path.Combine(Directory.CreateTempSubdirectory("sidecar-bench-").FullName, "pinned");
        await File.WriteAllTextAsync(wrapper, $"#!/bin/sh\nexec taskset -c 0 {SidecarBinary.Find().FileName} \"$@\"\n");
        await Run("chmod", "+x", wrapper);
        Environment.SetEnvironmentVariable("SIDECAR_BINARY", wrapper);
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{app.LocalEndpoint}")),
            Settings = ["limits.client.mode=off", "limits.captcha.mode=off", "smtp.mail_server=127.0.0.1", "smtp.mail_port=9", "smtp.mail_from_address=a@example.com", "accounts.kind=any"],
        });

        var (quiet, flooded, ratios, medians, rates) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= settings.Rounds; round++)
        {
            var without = Phase(sidecar, settings.Duration, flooding: 0);
            var with = Phase(sidecar, settings.Duration, FloodingClients);
            // The first round warms up and does not count.
            if (round > 0)
            {
                quiet.Add(without.P99);
                flooded.Add(with.P99);
                ratios.Add(with.P99 / without.P99);
                medians.Add(with.Median / without.Median);
                rates.Add(with.Pictures);
            }
        }

        return
        [
            new("captcha-flood quiet", "p99", "ms", quiet),
            new("captcha-flood flooded", "p99", "ms", flooded),
            new("captcha-flood flooded to quiet", "p99 ratio", "times", ratios),
            new("captcha-flood flooded to quiet", "p50 ratio", "times", medians),
            new("captcha-flood flooded", "throughput", "pictures/s", rates),
        ];
    }

    private static (double P99, double Median, double Pictures) Phase(SidecarProcess sidecar, TimeSpan duration, int flooding)
    {
        var start = Stopwatch.GetTimestamp();
        var pictures = 0;
        Thread[] flood = [.. Enumerable.Range(0, flooding).Select(_ => new Thread(() =>
        {
            using var connection = new TimedConnection(sidecar.BaseUrl);
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                if (connection.Send(new(sidecar.BaseUrl, "GET", "/v1/user/forget/captcha?email=a@example.com")).Response.Value("Content-Type") == "image/jpeg")
                {
                    Interlocked.Increment(ref pictures);
                }
            }
        }))];
        var took = new List<double>[ForwardingClients];
        Thread[] clients = [.. Enumerable.Range(0, ForwardingClients).Select(i => new Thread(() => took[i] = Forward(sidecar, start + (i * Stopwatch.Frequency / 1000), duration)))];
        Thread[] all = [.. flood, .. clients];
        Array.ForEach(all, static thread => thread.Start());
        Array.ForEach(all, static thread => thread.Join());
        double[] sorted = [.. took.SelectMany(static times => times).Order()];
        return (sorted[sorted.Length * 99 / 100], sorted[sorted.Length / 2], pictures / duration.TotalSeconds);
    }

    /// <summary>One request a pace, each timed by itself.</summary>
    private static List<double> Forward(SidecarProcess sidecar, long start, TimeSpan duration)
    {
        using var connection = new TimedConnection(sidecar.BaseUrl);
        var took = new List<double>();
        for (var due = TimeSpan.Zero; due < duration; due += Pace)
        {
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } wait)
            {
                Thread.Sleep(wait);
            }

            took.Add(connection.Send(new(sidecar.BaseUrl, "GET", "/")).Took.TotalMilliseconds);
        }

        return took;
    }

    /// <summary>An app that costs next to nothing: the same answer to every head.</summary>
    private static TcpListener Serve()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        new Thread(() =>
        {
            try
            {
                while (true)
                {
                    var socket = listener.AcceptSocket();
                    new Thread(() => Answer(socket)) { IsBackground = true }.Start();
                }
            }
            catch (SocketException)
            {
                // Measured.
            }
        }) { IsBackground = true }.Start();
        return listener;
    }

    private static void Answer(Socket socket)
    {
        using (socket)
        {
            socket.NoDelay = true;
            var buffer = new byte[8192];
            try
            {
                // Each request arrives in one piece: a head of few bytes.
                while (socket.Receive(buffer) > 0)
                {
                    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8);
                }
            }
            catch (SocketException)
            {
                // The sidecar has gone.
            }
        }
    }

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
    }
}
