using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>The data's own consistency: what is wrong here would show as a riddle there.</summary>
public sealed class RecordingTests
{
    public static TheoryData<string> Contracts { get; } = ["v1-preview", "v1", "rest"];

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
    public void Deliberate_EveryEntry_NamesPlayedStepsOnceAndAnswersOtherwise()
    {
        var named = new HashSet<(string, string, int)>();
        Assert.All(DeliberateDifferences.Load().Entries, entry => Assert.All(entry.Contracts, contract =>
        {
            Assert.NotEqual(entry.Recorded is null, entry.At.Count == 0);
            Assert.All(entry.At, at => Assert.All(at.Steps, index =>
            {
                Assert.True(named.Add((contract, at.Scenario, index)), $"{contract} {at.Scenario} {index} is listed twice");
                var scenario = Assert.Single(Recording.Load(contract).Scenarios, s => s.Id == at.Scenario);
                var step = Assert.Single(scenario.Steps.OfType<Exchange>(), e => e.Index == index);
                Assert.Null(step.Skip);
                var answer = AnswerComparison.Differences(step.Answer, entry.Instead);
                var mail = AnswerComparison.Differences(step.Mail?.To, entry.Mail is null ? [] : [entry.Mail]);
                Assert.NotEmpty(answer.Concat(mail));
            }));
            if (entry.Recorded is { } kind)
            {
                Assert.NotEqual(kind, entry.Instead.Kind);
                Assert.Contains(Recording.Load(contract).Scenarios, s => s.Steps.OfType<Exchange>().Any(e => e.Answer.Kind == kind));
            }
        }));
    }

    [Fact]
    public void Deliberate_EveryEntry_HasADefectsNumberOrSaysWhyNot()
    {
        var defects = File.ReadAllText(RepositoryRoot.Combine("docs", "ragflow-defects.md"));

        Assert.All(DeliberateDifferences.Load().Entries, entry =>
        {
            Assert.NotEqual(entry.Defect is null, entry.NoDefect is null);
            Assert.True(entry.Defect is not { } number || defects.Contains($"\n| {number} | ", StringComparison.Ordinal), $"no defect {entry.Defect}");
        });
    }
}
