namespace Sidecar.FunctionalTests.Replay;

/// <summary>Plays a recording against a running sidecar, scenario by scenario, each in a world of its own.</summary>
internal sealed class ReplayRunner(IReplayWorld world, DeliberateDifferences deliberate)
{
    private const string NoRedis = "stops Redis, which the memory store does not use";

    public async Task<ReplayReport> RunAsync(Recording recording, CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>();
        foreach (var scenario in recording.Scenarios)
        {
            await world.ResetAsync(cancellationToken);
            verdicts.AddRange(await RunAsync(recording, scenario, cancellationToken));
        }

        return new(recording.Contract, verdicts);
    }

    public async Task<IReadOnlyList<Verdict>> RunAsync(Recording recording, Scenario scenario, CancellationToken cancellationToken)
    {
        using var client = new ScenarioClient(world, recording.Routes);
        var verdicts = new List<Verdict>();
        string? preparation = null;
        string? skip = null;
        foreach (var step in scenario.Steps)
        {
            switch (step)
            {
                case Exchange { Skip: { } reason } exchange:
                    verdicts.Add(Verdict.Skipped(scenario, exchange, reason));
                    break;
                case Exchange exchange when skip is not null:
                    verdicts.Add(Verdict.Skipped(scenario, exchange, skip));
                    break;
                case Exchange exchange:
                    var played = await client.PlayAsync(exchange, cancellationToken);
                    var listed = deliberate.Find(recording.Contract, scenario.Id, exchange);
                    verdicts.Add(Verdict.Of(scenario, exchange, played, listed, preparation));
                    preparation = null;
                    break;
                case ProveAddress prove:
                    preparation = await client.ProveAsync(prove.Address, cancellationToken);
                    break;
                case AdvanceClock advance:
                    await client.AdvanceAsync(advance.Seconds, cancellationToken);
                    break;
                case LogOut logOut:
                    await world.LogOutAsync(logOut.Address, cancellationToken);
                    break;
                case FreshStore:
                    await world.EmptyStoreAsync(cancellationToken);
                    break;
                case SwitchMail mail:
                    await (mail.On ? world.StartMailAsync(cancellationToken) : world.StopMailAsync(cancellationToken));
                    break;
                case SwitchRedis redis when world.HasRedis:
                    await (redis.On ? world.StartRedisAsync(cancellationToken) : world.StopRedisAsync(cancellationToken));
                    break;
                case SwitchRedis redis:
                    skip = redis.On ? null : NoRedis;
                    break;
            }
        }

        return await client.LateMailsAsync(cancellationToken) is { Count: > 0 } late ? [.. verdicts[..^1], Blame(verdicts[^1], late)] : verdicts;
    }

    private static Verdict Blame(Verdict last, IReadOnlyList<ReceivedMail> late) => last with
    {
        Kind = VerdictKind.Unexplained,
        Detail = [.. last.Detail, $"mail: {string.Join(", ", late.Select(m => m.Recipient))} got one after the scenario's answers"],
    };
}
