using System.Collections.Concurrent;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Four processes on one Redis, a thousand requests at a time: no sixth guess, nothing twice.</summary>
public sealed class ReplicaRaceTests : IAsyncLifetime
{
    private const int Replicas = 4;
    private const int AtATime = 250;

    private RecoveryWorld? started;

    private RecoveryWorld World => started!;

    public async ValueTask InitializeAsync() => started = await RecoveryWorld.StartAsync(new() { Replicas = Replicas });

    public ValueTask DisposeAsync() => started?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Steps_AThousandAtOnceOverFourProcesses_NeverDoAnythingTwice()
    {
        await GuessAsync();
        await RedeemAsync();
        await AnswerCaptchaAsync();
        await ResetAsync();
    }

    private async Task GuessAsync()
    {
        var email = World.NewUser();
        var owner = World.NewClient();
        var code = await owner.StartAsync(email);

        var words = await RaceAsync(1000, owner.Given!, (client, n) => client.VerifyAsync(email, Wrong(code, n)));

        Assert.Equal(5, words["109 expired otp"]);
        Assert.Equal(995, words["10 too many attempts, try later"]);
    }

    private async Task RedeemAsync()
    {
        var email = World.NewUser();
        var owner = World.NewClient();
        var code = await owner.StartAsync(email);

        var words = await RaceAsync(1000, owner.Given!, (client, _) => client.VerifyAsync(email, code));

        Assert.Equal(1, words["0 otp verified"]);
        Assert.DoesNotContain("109 expired otp", words.Keys);
    }

    private async Task AnswerCaptchaAsync()
    {
        var email = World.NewUser();
        var owner = World.NewClient();
        await owner.CaptchaAsync(email);

        var words = await RaceAsync(100, owner.Given!, (client, _) => client.CodeAsync(email));

        Assert.Equal(1, words["0 verification passed, email sent"]);
        await World.MailedCodeAsync(email);
        // The queue is served in order: a second mail would be here before this one.
        await World.NewClient().StartAsync(World.NewUser());
        Assert.Equal(1, await World.CountMailsAsync(email));
    }

    private async Task ResetAsync()
    {
        var email = World.NewUser();
        var owner = World.NewClient();
        await owner.ProveAsync(email);

        var words = await RaceAsync(100, owner.Given!, (client, n) => client.ResetAsync(email, $"password-{n}"));

        Assert.Equal(1, words["0 Password reset successful. Logged in."]);
        Assert.Equal(1, World.Flags.Asked(email));
    }

    /// <summary>How often each answer came.</summary>
    private async Task<IReadOnlyDictionary<string, int>> RaceAsync(int count, string ticket, Func<RecoveryClient, int, Task<Reply>> step)
    {
        var words = new ConcurrentDictionary<string, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (n, _) =>
        {
            var client = World.NewClient(n % Replicas);
            client.Ticket = ticket;
            words.AddOrUpdate((await step(client, n)).Words, 1, static (_, times) => times + 1);
        });
        return words;
    }

    private static string Wrong(string code, int n) => (code[0] == 'A' ? "B" : "A") + code[1..7] + (char)('A' + (n % 26));
}
