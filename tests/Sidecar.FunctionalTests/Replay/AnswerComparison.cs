using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>Says in what an answer differs from the expected one, and knows what of a recording is incidental.</summary>
internal static partial class AnswerComparison
{
    /// <summary>Half a second of network on either side of a rounded number.</summary>
    private const int SecondsOfGrace = 1;

    public static IReadOnlyList<string> Differences(Answer expected, Answer actual)
    {
        var differences = new List<string>();
        Compare("status", expected.Status, actual.Status);
        Compare("kind", expected.Kind, actual.Kind);
        Compare("code", expected.Code, actual.Code);
        if (!IsIncidental(expected.Message))
        {
            Compare("data", expected.Data, actual.Data);
            if (expected.Message is not null && !SameMessage(expected.Message, actual.Message))
            {
                differences.Add($"message: expected \"{expected.Message}\", got \"{actual.Message}\"");
            }
        }

        return differences;

        void Compare(string field, object? wanted, object? got)
        {
            if (wanted is not null && !wanted.Equals(got))
            {
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"{field}: expected {wanted}, got {got ?? "nothing"}"));
            }
        }
    }

    /// <summary>A recipient is compared as written: who a code is mailed to is what a recovery stands on.</summary>
    public static IReadOnlyList<string> Differences(string? recipient, IReadOnlyList<string> recipients) => (recipient, recipients) switch
    {
        (null, []) => [],
        (null, _) => [$"mail: expected none, got one to {string.Join(", ", recipients)}"],
        (_, [var only]) when only == recipient => [],
        (_, []) => [$"mail: expected one to {recipient}, got none"],
        _ => [$"mail: expected one to {recipient}, got one to {string.Join(", ", recipients)}"],
    };

    /// <summary>The words of an exception of the app's language, or of its framework, tell about the app, not about the contract.</summary>
    public static bool IsIncidental(string? message) => message is not null && ExceptionText().IsMatch(message);

    private static bool SameMessage(string expected, string? actual)
    {
        if (actual is null || Wait().Match(expected) is not { Success: true } wanted || Wait().Match(actual) is not { Success: true } got)
        {
            return expected == actual;
        }

        return Math.Abs(Seconds(wanted) - Seconds(got)) <= SecondsOfGrace;
    }

    private static int Seconds(Match wait) => int.Parse(wait.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([A-Za-z]*Error\(|<[A-Za-z]+ ')")]
    private static partial Regex ExceptionText();

    [GeneratedRegex(@"^you still have to wait (\d{1,6}) seconds$")]
    private static partial Regex Wait();
}
