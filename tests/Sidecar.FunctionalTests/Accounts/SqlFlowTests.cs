using System.Text;
using System.Text.RegularExpressions;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Accounts;

/// <summary>
/// The whole way from the picture to the login, for every kind of user, by both contracts and with both ways to answer, over a real
/// database read with the rights that docs/accounts.md grants.
/// </summary>
public abstract class SqlFlowTests(DatabaseServer server)
{
    private const string Picture = "picture";
    private const string Sent = "0 verification passed, email sent";

    private static readonly string[] Contracts = ["v1", "rest"];

    /// <summary>Plays everybody with some ways to answer at the same time, each with an app, a Redis and a mailbox of its own.</summary>
    private protected async Task PlayAsync(string database, params string[] answers)
    {
        await server.AddAsync(database, [.. Cases().SelectMany(static one => one.Case.Stored)]);
        await Task.WhenAll(answers.Select(way => PlayOneAsync(database, way)));
    }

    private async Task PlayOneAsync(string database, string answers)
    {
        var cases = Cases().ToArray();
        await using var world = await RecoveryWorld.StartAsync(
            new()
            {
                Answers = answers,
                // Two at once, with all their parts, may be much for the machine.
                Settings = [.. DatabaseServer.Flags(server.Options with { Database = database }), "redis.timeout=5s"],
                OtherUsers = [.. cases.Where(static one => one.Case.Mails > 0).Select(static one => new SeededUser(one.Case.Stored[0].Email, "old-password"))],
            },
            waits: false);
        await Eventually.TrueAsync(async () => (await world.NewClient().CaptchaAsync("nobody@example.com")).Code != 500, "that it serves\n" + world.Log);
        await Task.WhenAll(Contracts.Select(async contract =>
        {
            var shapes = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (_, one) in cases.Where(one => one.Contract == contract))
            {
                shapes.Add(await TakeAsync(world, contract, one, isUniform: answers == "uniform"));
            }

            // Everybody saw the same: what is no address, and in `app` who is unknown, apart.
            shapes.Remove("");
            Assert.Single(shapes);
        }));

        // Whoever is to be mailed nothing must have had his turn before the mails are counted.
        var nobodies = answers == "uniform" ? cases.Count(static one => one.Case.Fate == Fate.IsNobody) : 0;
        await Eventually.TrueAsync(async () => await UnknownAsync(world) == nobodies, $"{nobodies} without an account, {await UnknownAsync(world)} so far");
        var expected = cases.Where(static one => one.Case.Mails > 0).ToDictionary(static one => one.Case.Mailbox, static one => one.Case.Mails, StringComparer.Ordinal);
        await Eventually.TrueAsync(async () => (await world.ReadMailsAsync("")).Count >= expected.Values.Sum(), "the news of each reset");
        var found = (await world.ReadMailsAsync("")).GroupBy(static mail => (string)mail["to"]!).ToDictionary(static mails => mails.Key, static mails => mails.Count(), StringComparer.Ordinal);
        Assert.Equal(expected.OrderBy(static one => one.Key, StringComparer.Ordinal), found.OrderBy(static one => one.Key, StringComparer.Ordinal));
        Assert.DoesNotContain(DatabaseServer.Password, world.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", world.Log, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Goes the way of one user.</summary>
    /// <returns>What the answers looked like up to a code that was guessed; empty where it was refused.</returns>
    private static async Task<string> TakeAsync(RecoveryWorld world, string contract, SqlCase one, bool isUniform)
    {
        var client = world.NewClient(contract: contract);
        var picture = await client.CaptchaAsync(one.Typed);
        if (one.Fate == Fate.IsRefused || (one.Fate == Fate.IsNobody && !isUniform))
        {
            // The app's own words for who is unknown to it.
            string[] words = [picture.Words, (await client.CodeAsync(one.Typed)).Words, (await client.VerifyAsync(one.Typed, "AAAAAAAA")).Words];
            Assert.All(words, said => Assert.True(said == "102 invalid email", $"{one.Typed}: {said}"));
            return "";
        }

        Assert.True(picture.Words == Picture, $"{one.Typed}: {picture.Words}\n{world.Log}");
        var sent = await client.CodeAsync(one.Typed);
        Assert.True(sent.Words == Sent, $"{one.Typed}: {sent.Words}\n{world.Log}");
        // A guess, which tells nothing either.
        var guessed = await client.VerifyAsync(one.Typed, "AAAAAAAA");
        Assert.Equal("109 expired otp", guessed.Words);
        var shape = string.Join('\n', Shape(picture), Shape(sent), Shape(guessed));
        switch (one.Fate)
        {
            case Fate.IsNobody:
                break;
            case Fate.IsTold:
                await Eventually.TrueAsync(async () => (await world.ReadMailsAsync(one.Mailbox)).Count == 1, "the mail that tells of the other login");
                var told = (await world.ReadMailsAsync(one.Mailbox))[0];
                Assert.Equal("How to sign in to RAGFlow", (string)told["subject"]!);
                Assert.Contains("signs in with github", (string)told["text"]!, StringComparison.Ordinal);
                Assert.Equal(0, await world.CountMailsAsync(one.Mailbox));
                break;
            default:
                Assert.Equal("0 otp verified", (await client.VerifyAsync(one.Typed, await world.MailedCodeAsync(one.Mailbox))).Words);
                await ResetAsync(client, one);
                return shape;
        }

        Assert.Equal("109 email not verified", (await client.ResetAsync(one.Typed)).Words);
        Assert.Equal(0, world.Flags.Asked(one.Typed));
        return shape;
    }

    /// <summary>Status, words and the names of the headers.</summary>
    private static string Shape(Reply reply) => $"{reply} {string.Join(' ', reply.Raw.Headers.Select(static header => header.Key).Order(StringComparer.Ordinal))}";

    private static async Task ResetAsync(RecoveryClient client, SqlCase one)
    {
        var reset = await client.ResetAsync(one.Typed);
        if (one.Fate == Fate.Proves)
        {
            Assert.Equal("102 invalid email", reset.Words);
            Assert.True(await client.LogsInAsync(one.Stored[0].Email, "old-password"));
            return;
        }

        Assert.True(reset.Code == 0, $"{one.Typed}: {reset.Words}");
        Assert.True(await client.LogsInAsync(one.Stored[0].Email, "fresh-password"));
        Assert.False(await client.LogsInAsync(one.Stored[0].Email, "old-password"));
    }

    private static IEnumerable<(string Contract, SqlCase Case)> Cases() =>
        from contract in Contracts
        from one in SqlCase.All
        select (contract, one.For(contract));

    /// <summary>How many jobs the worker has found nobody for.</summary>
    private static async Task<int> UnknownAsync(RecoveryWorld world)
    {
        var metrics = await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken);
        return Regex.Matches(Encoding.UTF8.GetString(metrics.Body), @"sidecar_mail_attempts_total\{[^}]*outcome=""unknown_account""[^}]*\} (\d+)").Sum(static match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
    }
}

/// <summary>On MariaDB, in each collation that RAGFlow's table is found in.</summary>
[Collection(OnMariaDb.Name)]
public sealed class MariaDbFlowTests(MariaDbServer server) : SqlFlowTests(server)
{
    [Theory]
    [InlineData("utf8mb4_unicode_ci", "uniform", "app")]
    [InlineData("utf8mb4_general_ci", "uniform")]
    [InlineData("utf8mb4_bin", "uniform")]
    public async Task Recovery_OfEveryKindOfUser_MailsWhomItShouldAsStored(string collation, params string[] answers)
    {
        server.Require();
        await PlayAsync(await server.NewDatabaseAsync($"flows_{collation}", collation), answers);
    }
}

/// <summary>On PostgreSQL.</summary>
[Collection(OnPostgres.Name)]
public sealed class PostgresFlowTests(PostgresServer server) : SqlFlowTests(server)
{
    [Fact]
    public async Task Recovery_OfEveryKindOfUser_MailsWhomItShouldAsStored()
    {
        server.Require();
        await PlayAsync(await server.NewDatabaseAsync("flows"), "uniform", "app");
    }
}
