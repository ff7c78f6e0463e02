using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>
/// Sidecars are killed under load, and what was answered "email sent" is counted against what the relay took. The large form is
/// run by name: <c>SIDECAR_KILLS=200 ./test --filter-class '*KillTests'</c>.
/// </summary>
public sealed class KillTests
{
    private const int Replicas = 2;

    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("SIDECAR_KILLS") ?? "8", CultureInfo.InvariantCulture);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    /// <summary>How long before a kill an answer of the relay may have been on its way to a process that never told of it.</summary>
    private static readonly TimeSpan Unheard = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, bool> accepted = new();
    private readonly ConcurrentBag<long> kills = [];
    private int asked;

    [Fact]
    public async Task Kill_AtRandomMomentsUnderLoad_LosesNoAcceptedMailAndSendsNoneTwice()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var relay = new LedgerRelay();
        await using var replicas = MailReplicas.Of(Replicas, redis, relay);
        await replicas.StartAllAsync();

        using var enough = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 3).Select(client => LoadAsync(replicas, client, enough.Token)));
        for (var kill = 0; kill < Kills; kill++)
        {
            await KillAsync(replicas, kill);
        }

        await enough.CancelAsync();
        await load;
        await RedisServer.UntilAsync(
            async () => (int)await redis.AdminAsync("HLEN", "sidecar:{outbox}:bodies") == 0, TimeSpan.FromSeconds(60), "mails stay in the queue");

        Assess(relay);
    }

    private async Task KillAsync(MailReplicas replicas, int number)
    {
        await Task.Delay(RandomNumberGenerator.GetInt32(300, 2000));
        // Now and then there is nobody left.
        int[] victims = number % 4 == 3 ? [0, 1] : [number % Replicas];
        foreach (var victim in victims)
        {
            kills.Add(Stopwatch.GetTimestamp());
            await replicas.KillAsync(victim);
        }

        await Task.WhenAll(victims.Select(replicas.StartAsync));
    }

    private async Task LoadAsync(MailReplicas replicas, int turn, CancellationToken enough)
    {
        for (; !enough.IsCancellationRequested; turn++)
        {
            if (replicas.Pick(turn) is { } sidecar)
            {
                await AskAsync(sidecar.BaseUrl);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private async Task AskAsync(Uri server)
    {
        var email = string.Create(CultureInfo.InvariantCulture, $"user{Interlocked.Increment(ref asked)}@acme.io");
        try
        {
            // No app is behind it, and none is needed for a code.
            var client = new RecoveryClient(null!, server);
            if ((await client.CaptchaAsync(email)).IsPicture && (await client.CodeAsync(email)).Words == "0 verification passed, email sent")
            {
                accepted[email] = true;
            }
        }
        catch (Exception killed) when (killed is IOException or SocketException or FormatException or InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // No answer, or half of one.
        }
    }

    private void Assess(LedgerRelay relay)
    {
        var taken = relay.Taken.ToLookup(static mail => mail.Recipient);
        var twice = taken.Where(static mails => mails.Count() > 1).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kills.Count} kills: {asked} asked, {accepted.Count} accepted, {taken.Count} mails taken, {accepted.Keys.Count(email => !taken.Contains(email))} lost, {twice.Count} taken twice across a broken answer, of which {twice.Count(static mails => mails.First().IsHeard)} had been read");

        Assert.Empty(relay.Violations);
        Assert.True(accepted.Count > Kills * 5, "hardly any load");
        Assert.Empty(accepted.Keys.Except(taken.Select(static mails => mails.Key)));
        foreach (var mails in twice)
        {
            Assert.Single(mails.Select(static mail => mail.MessageId).Distinct());
            Assert.All(mails.SkipLast(1), mail => Assert.True(IsBroken(mail), $"{mails.Key} was taken {mails.Count()} times though the answer was heard"));
        }
    }

    /// <summary>Whether the client was killed around the answer, so that it may not have heard it or not have told of it.</summary>
    private bool IsBroken(TakenMail mail) => !mail.IsHeard || kills.Any(kill => Stopwatch.GetElapsedTime(mail.AnsweredAt, kill) is var after && after > TimeSpan.Zero && after < Unheard);
}
