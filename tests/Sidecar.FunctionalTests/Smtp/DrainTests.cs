using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Accounts;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Recovery;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>
/// Two processes empty a queue that is full from the start: each mail once, and in memory that does not grow. The large form is
/// run by name: <c>SIDECAR_DRAIN=10000 ./test --filter-class '*DrainTests'</c>.
/// </summary>
public sealed class DrainTests
{
    private const int Replicas = 2;

    /// <summary>What a collector may leave lying about from one half to the other; mails that were kept would be more in the large form.</summary>
    private const double MostGrowthMegabytes = 32;

    private static readonly int Mails = int.Parse(Environment.GetEnvironmentVariable("SIDECAR_DRAIN") ?? "1000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Queue_TwoReplicas_SendEachMailOnceInMemoryThatStaysFlat()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var relay = new LedgerRelay();
        await using var replicas = MailReplicas.Of(Replicas, redis, relay);
        await FillAsync(redis, replicas.Keys);

        var started = Stopwatch.GetTimestamp();
        await replicas.StartAllAsync();
        var memory = new List<(int Taken, double Megabytes)>();
        await RedisServer.UntilAsync(
            () =>
            {
                memory.Add((relay.Taken.Count, replicas.Running.Max(static sidecar => Megabytes(sidecar.Id))));
                return Task.FromResult(relay.Taken.Count >= Mails);
            },
            TimeSpan.FromSeconds(30 + (Mails / 20)),
            "the queue was not emptied");
        var took = Stopwatch.GetElapsedTime(started);
        await RedisServer.UntilAsync(
            async () => (int)await redis.AdminAsync("HLEN", "sidecar:{outbox}:bodies") == 0, TimeSpan.FromSeconds(30), "the relay has all mails, the queue does not know");

        var first = memory.Where(static sample => sample.Taken < Mails / 2).Max(static sample => sample.Megabytes);
        var second = memory.Where(static sample => sample.Taken >= Mails / 2).Max(static sample => sample.Megabytes);
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{Mails} mails in {took.TotalSeconds:0} s, start included; at most {first:0} MB in the first half, {second:0} MB in the second"));
        Assert.Empty(relay.Violations);
        Assert.Equal(Mails, relay.Taken.Count);
        Assert.Equal(Mails, relay.Taken.Select(static mail => mail.Recipient).Distinct().Count());
        Assert.True(second < first + MostGrowthMegabytes, $"{first:0} MB grew to {second:0} MB");
    }

    private static async Task FillAsync(RedisServer redis, KeyRing keys)
    {
        await using var connection = await redis.ConnectAsync();
        var (options, clock) = (new MailOptions { QueueCapacity = Mails }, new SidecarClock());
        using var queue = new RedisMailQueue(
            options, new OutboxScripts(connection, clock, clock, options.Lease), SidecarServices.OutboxSeal(new Sealer(keys)), clock, NullLogger<RedisMailQueue>.Instance, static _ => true);
        var letters = new RecoveryMail(new SmtpOptions { Server = "relay" }, new AnyAccount(), clock);
        await Parallel.ForEachAsync(Enumerable.Range(1, Mails), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (n, _) =>
        {
            Assert.True(EmailAddress.TryParse(string.Create(CultureInfo.InvariantCulture, $"user{n}@acme.io"), out var address));
            using var job = new OutboxJob(letters.Code(address, "QWMZKTRB", TimeSpan.FromMinutes(30), Asker.Unknown), clock.GetUtcNow());
            Assert.True((await queue.AddAsync(job)).IsAccepted);
        });
    }

    private static double Megabytes(int process)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")).First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture) / 1024;
    }
}
