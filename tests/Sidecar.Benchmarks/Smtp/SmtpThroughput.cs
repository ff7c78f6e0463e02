using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Sidecar.FunctionalTests.Smtp;
using Sidecar.Mail;

namespace Sidecar.Benchmarks.Smtp;

/// <summary>
/// What keeping connections is worth: mails per second handed to a real Postfix over loopback, each with TLS and a login, with
/// the pool and with a connection for each mail. Farther away a connection costs more round trips, so that this is the least.
/// </summary>
internal static class SmtpThroughput
{
    public static readonly Benchmark Benchmark = new("smtp", RunAsync);

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await using var postfix = new PostfixServer();
        await postfix.InitializeAsync();
        if (!postfix.IsRunning)
        {
            throw new InvalidOperationException("Postfix is not installed, or this does not run as root.");
        }

        var rows = new List<BenchmarkRow>();
        foreach (var slots in new[] { 1, 4 })
        {
            var (pooled, each) = (new List<double>(), new List<double>());
            // The first round warms both up and does not count.
            for (var round = 0; round <= settings.Rounds; round++)
            {
                var (with, without) = (await MeasureAsync(postfix, new(), slots, settings.Duration), await MeasureAsync(postfix, new() { MaxMessages = 1 }, slots, settings.Duration));
                if (round > 0)
                {
                    pooled.Add(with);
                    each.Add(without);
                }
            }

            var name = slots == 1 ? "1 slot" : $"{slots} slots";
            rows.Add(new($"smtp pooled, {name}", "throughput", "mails/s", pooled));
            rows.Add(new($"smtp connect each time, {name}", "throughput", "mails/s", each));
            rows.Add(new($"smtp pooled to connect, {name}", "ratio", "times", [.. pooled.Zip(each, static (with, without) => with / without)]));
        }

        return rows;
    }

    private static async Task<double> MeasureAsync(PostfixServer postfix, SmtpPoolOptions pool, int slots, TimeSpan duration)
    {
        var authority = new X509Certificate2Collection();
        authority.ImportFromPemFile(postfix.AuthorityFile);
        var mail = new MailOptions { ExtraAuthorities = authority, Pool = pool, Concurrency = slots };
        var smtp = new SmtpOptions
        {
            Server = "localhost",
            Port = postfix.ImplicitTlsPort,
            Username = PostfixServer.User,
            Password = PostfixServer.Password,
            FromAddress = "noreply@sidecar.test",
        };
        using var relay = new SmtpRelay(smtp, mail, TimeProvider.System);
        var start = Stopwatch.GetTimestamp();
        var sent = await Task.WhenAll(Enumerable.Range(0, slots).Select(_ => Task.Run(() => SendAsync(relay, start, duration))));
        var took = Stopwatch.GetElapsedTime(start);
        await relay.CloseAsync();
        return sent.Sum() / took.TotalSeconds;
    }

    private static async Task<int> SendAsync(SmtpRelay relay, long start, TimeSpan duration)
    {
        var count = 0;
        for (; Stopwatch.GetElapsedTime(start) < duration; count++)
        {
            // To a recipient whose mail Postfix throws away: its disk is not what is measured.
            var message = new Message("discard@sidecar.test", "Your code", "Your code is QWMZKTRB.\n", "<p>Your code is <b>QWMZKTRB</b>.</p>\n");
            if (await relay.SendAsync(message, default) is { } failure)
            {
                throw new InvalidOperationException(failure.Line);
            }
        }

        return count;
    }
}
