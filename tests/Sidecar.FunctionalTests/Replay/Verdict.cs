using System.Globalization;

namespace Sidecar.FunctionalTests.Replay;

internal enum VerdictKind
{
    Equal,
    Deliberate,
    Unexplained,
    Skipped,
}

/// <summary>What became of one recorded step.</summary>
/// <param name="Detail">The differences of an unexplained step, the reason of a skipped or deliberate one.</param>
internal sealed record Verdict(VerdictKind Kind, Scenario Scenario, Exchange Step, Played? Played, IReadOnlyList<string> Detail)
{
    public static Verdict Skipped(Scenario scenario, Exchange step, string reason) => new(VerdictKind.Skipped, scenario, step, null, [reason]);

    /// <summary>
    /// A step on the list has to be answered as the list says: answered as recorded it is as wrong as answered in a third way,
    /// else the list would outlive its reasons.
    /// </summary>
    public static Verdict Of(Scenario scenario, Exchange step, Played played, Deliberate? deliberate, string? preparation)
    {
        List<string> differences =
        [
            .. AnswerComparison.Differences(deliberate?.Instead ?? step.Answer, played.Answer),
            .. AnswerComparison.Differences(deliberate is null ? step.Mail?.To : deliberate.Mail, played.Recipients),
        ];
        if (deliberate?.Within is { } bound && played.Duration > bound)
        {
            differences.Add(string.Create(CultureInfo.InvariantCulture, $"time: expected at most {bound}, took {played.Duration}"));
        }

        if (differences.Count == 0)
        {
            return new(deliberate is null ? VerdictKind.Equal : VerdictKind.Deliberate, scenario, step, played, deliberate is null ? [] : [deliberate.ToString()]);
        }

        if (preparation is not null)
        {
            differences.Add($"the step before could not be prepared: {preparation}");
        }

        if (deliberate is not null)
        {
            differences.Add($"is on the list of deliberate differences: {deliberate}");
        }

        return new(VerdictKind.Unexplained, scenario, step, played, differences);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scenario.Id} step {Step.Index}, {Step.Request.Method} {Step.Request.Path} ({Step.Note ?? Scenario.Title}): {string.Join("; ", Detail)}");
}
