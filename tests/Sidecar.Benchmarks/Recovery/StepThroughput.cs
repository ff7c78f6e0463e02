using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Sidecar.Benchmarks.Proxies;

namespace Sidecar.Benchmarks.Recovery;

/// <summary>
/// What one core can do of recovery itself, over a real Redis: pictures, codes asked for, mails handed to a relay, codes tried.
/// Every step is a real one with its limits counted; they only refuse nothing (<c>dry_run</c>), as all clients are one.
/// </summary>
internal static class StepThroughput
{
    private const int AtOnce = 16;

    /// <summary>People for each second of a round; their pictures take about three, the other steps less than one.</summary>
    private const int PeopleASecond = 1000;

    public static readonly Benchmark Benchmark = new("recovery", RunAsync);

    private static readonly string[] Settings =
    [
        $"captcha.fixed_answer={StepClient.Captcha}", "accounts.kind=any", "recovery.mail_spread=0s", "mail.queue_capacity=100000",
        "limits.client.mode=dry_run", "limits.captcha.mode=dry_run", "limits.mail-global.mode=dry_run",
    ];

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await using var backends = await Backends.StartAsync(settings.Stop);
        // The one captcha answer needs Development, whose only other difference is how log lines look.
        var competitor = Competitor.OfSidecar(SidecarVariant.All[0] with { Environment = [("DOTNET_ENVIRONMENT", "Development")] }, Settings);
        await using var sidecar = competitor.Start(backends.Directory, backends);
        await sidecar.WaitAsync(settings.Stop);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false });
        var people = Math.Max(100, (int)(settings.Duration.TotalSeconds * PeopleASecond));
        await MeasureAsync(http, sidecar.Port, backends.Relay, 100, settings.Stop);
        return await Interleaved.RunAsync(settings.Rounds, ["recovery"], static name => name, _ => MeasureAsync(http, sidecar.Port, backends.Relay, people, settings.Stop), settings.Stop);
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(HttpClient http, int port, MailSink relay, int people, CancellationToken stop)
    {
        var round = RandomNumberGenerator.GetHexString(8, lowercase: true);
        StepClient[] clients = [.. Enumerable.Range(0, people).Select(number => new StepClient(http, port, string.Create(CultureInfo.InvariantCulture, $"user{number}.{round}@sidecar.test")))];
        var captchas = await StepClient.RateAsync(clients, AtOnce, static (client, token) => client.CaptchaAsync(token), stop);

        // Mails wait until all are asked for: neither is to slow the other.
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        relay.Open = open.Task;
        var before = relay.Taken;
        double codes;
        try
        {
            codes = await StepClient.RateAsync(clients, AtOnce, static (client, token) => client.CodeAsync(token), stop);
        }
        finally
        {
            open.SetResult();
        }

        var start = Stopwatch.GetTimestamp();
        while (relay.Taken < before + people)
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(1))
            {
                throw new InvalidDataException($"Only {relay.Taken - before} of {people} mails came.");
            }

            await Task.Delay(1, stop);
        }

        var mails = people / Stopwatch.GetElapsedTime(start).TotalSeconds;
        var tries = await StepClient.RateAsync(clients, AtOnce, (client, token) => client.VerifyAsync(relay.Codes[client.Address], token), stop);
        return [new("captcha", "pictures/s", captchas), new("otp", "requests/s", codes), new("mails", "mails/s", mails), new("verify", "requests/s", tries)];
    }
}
