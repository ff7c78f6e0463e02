namespace Sidecar.FunctionalTests.Replay;

/// <summary>The data's own consistency: what is wrong here would show as a riddle there.</summary>
public sealed class RecordingTests
{
    public static TheoryData<string> Contracts { get; } = ["v1", "rest"];

    [Theory]
    [MemberData(nameof(Contracts))]
    public void Load_EveryScenario_NumbersItsStepsUpwards(string contract)
    {
        var recording = Recording.Load(contract);

        Assert.Equal(53, recording.Scenarios.Select(s => s.Id).Distinct().Count());
        Assert.Equal(["captcha", "otp", "verify", "reset", "login"], recording.Routes.Keys);
        Assert.All(recording.Scenarios, scenario =>
        {
            var steps = scenario.Steps.OfType<Exchange>().Select(e => e.Index).ToArray();
            Assert.Equal(steps.Order().Distinct(), steps);
        });
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void Load_EveryWorld_IsLeftRunning(string contract)
    {
        var redis = Recording.Load(contract).Scenarios.Select(s => s.Steps.OfType<SwitchRedis>().LastOrDefault()).OfType<SwitchRedis>();

        Assert.All(redis, last => Assert.True(last.On));
    }

    [Fact]
    public void Deliberate_EveryEntry_NamesAPlayedStepOnceAndAnswersOtherwise()
    {
        var list = DeliberateDifferences.Load().Entries;

        Assert.Equal(list.Count, list.DistinctBy(d => (d.Contract, d.Scenario, d.Step)).Count());
        Assert.All(list, entry =>
        {
            var scenario = Assert.Single(Recording.Load(entry.Contract).Scenarios, s => s.Id == entry.Scenario);
            var step = Assert.Single(scenario.Steps.OfType<Exchange>(), e => e.Index == entry.Step);
            Assert.Null(step.Skip);
            var answer = AnswerComparison.Differences(step.Answer, entry.Instead);
            var mail = AnswerComparison.Differences(step.Mail?.To, entry.Mail is null ? [] : [entry.Mail]);
            Assert.NotEmpty(answer.Concat(mail));
        });
    }
}
