using System.Collections.Concurrent;
using System.Globalization;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>
/// Four processes on one Redis, a thousand requests at a time: no sixth guess, nothing twice. The large form is run by name:
/// <c>SIDECAR_RACES=10000 dotnet run --project tests/Sidecar.FunctionalTests -- --filter-class '*ReplicaRaceTests'</c>.
/// </summary>
public sealed class ReplicaRaceTests : IAsyncLifetime
{
    private const int Replicas = 4;
    private const int Clients = 12;

    /// <summary>Connections that are open at once; more would only wait for one another on the machine's cores.</summary>
    private const int MostAtATime = 1000;

    private static readonly int Many = int.Parse(Environment.GetEnvironmentVariable("SIDECAR_RACES") ?? "1000", CultureInfo.InvariantCulture);

    /// <summary>Of what costs the machine more; the large form makes no difference.</summary>
    private static readonly int Few = Many > 1000 ? Many : Many / 10;

    private static readonly int AtATime = Math.Min(Many / 4, MostAtATime);

    private RecoveryWorld? started;

    private RecoveryWorld World => started!;

    public async ValueTask InitializeAsync() => started = await RecoveryWorld.StartAsync(new()
    {
        Replicas = Replicas,
        // Two cores that serve ten thousand at once are slow; who gives up on Redis early would be told nothing.
        Settings = ["client_address.trusted_proxies.0=127.0.0.1", "redis.timeout=5s"],
    });

    public ValueTask DisposeAsync() => started?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Steps_AThousandAtOnceOverFourProcesses_NeverDoAnythingTwice()
    {
        await GuessAsync();
        await RedeemAsync();
        await AnswerCaptchaAsync();
        await SendFromManyAsync();
        await ResetAsync();
    }

    private async Task GuessAsync()
    {
        var email = World.NewUser();
        var owner = World.NewClient();
        var code = await owner.StartAsync(email);

        var words = await RaceAsync(Many, [owner.Given!], (client, n) => client.VerifyAsync(email, Wrong(code, n)));

        Assert.Equal(5, words["109 expired otp"]);
        Assert.Equal(Many - 5, words["10 too many attempts, try later"]);
    }

    private async Task RedeemAsync()
    {
        var email = World.NewUser();
        var owner = World.NewClient();
        var code = await owner.StartAsync(email);

        var words = await RaceAsync(Many, [owner.Given!], (client, _) => client.VerifyAsync(email, code));

        Assert.Equal(1, words["0 otp verified"]);
        Assert.DoesNotContain("109 expired otp", words.Keys);
    }

    /// <summary>One captcha, answered often.</summary>
    private async Task AnswerCaptchaAsync()
    {
        var email = World.NewUser();
        var owner = World.NewClient();
        await owner.CaptchaAsync(email);

        var words = await RaceAsync(Few, [owner.Given!], (client, _) => client.CodeAsync(email));

        await AssertOneMailAsync(email, words);
    }

    /// <summary>Captchas of several clients in networks of their own, all for one address: the cooldown lets one mail through.</summary>
    private async Task SendFromManyAsync()
    {
        var email = World.NewUser();
        var tickets = new List<string>();
        for (var i = 0; i < Clients; i++)
        {
            var client = World.NewClient();
            await client.CaptchaAsync(email);
            tickets.Add(client.Given!);
        }

        var words = await RaceAsync(Few, tickets, (client, n) => client.From($"203.0.113.{n % Clients}").CodeAsync(email));

        await AssertOneMailAsync(email, words);
    }

    private async Task ResetAsync()
    {
        var email = World.NewUser();
        var owner = World.NewClient();
        await owner.ProveAsync(email);

        var words = await RaceAsync(Few, [owner.Given!], (client, n) => client.ResetAsync(email, $"password-{n}"));

        Assert.Equal(1, words["0 Password reset successful. Logged in."]);
        Assert.Equal(1, World.Flags.Asked(email));
        Assert.Equal(Few - 1, words["109 email not verified"]);
    }

    private async Task AssertOneMailAsync(string email, IReadOnlyDictionary<string, int> words)
    {
        Assert.Equal(1, words["0 verification passed, email sent"]);
        Assert.DoesNotContain(words.Keys, static said => said.StartsWith("500", StringComparison.Ordinal));
        await World.MailedCodeAsync(email);
        // The queue is served in order: a second mail would be here before this one.
        await World.NewClient().StartAsync(World.NewUser());
        Assert.Equal(1, await World.CountMailsAsync(email));
    }

    /// <summary>How often each answer came; the clients take turns with the tickets and the processes.</summary>
    private async Task<IReadOnlyDictionary<string, int>> RaceAsync(int count, List<string> tickets, Func<RecoveryClient, int, Task<Reply>> step)
    {
        var words = new ConcurrentDictionary<string, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (n, _) =>
        {
            var client = World.NewClient(n / tickets.Count % Replicas);
            client.Ticket = tickets[n % tickets.Count];
            words.AddOrUpdate((await step(client, n)).Words, 1, static (_, times) => times + 1);
        });
        Assert.Equal(count, words.Values.Sum());
        TestContext.Current.TestOutputHelper?.WriteLine($"{count}: {string.Join(", ", words.Select(static said => $"{said.Value} × {said.Key}"))}");
        return words;
    }

    private static string Wrong(string code, int n) => (code[0] == 'A' ? "B" : "A") + code[1..7] + (char)('A' + (n % 26));
}
