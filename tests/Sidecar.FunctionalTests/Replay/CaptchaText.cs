namespace Sidecar.FunctionalTests.Replay;

/// <summary>Nobody can read the sidecar's pictures here: the recorded right answer becomes the fixed one, a wrong one stays.</summary>
internal static class CaptchaText
{
    public static string Translate(string recorded, string? stored, string fixedAnswer)
    {
        if (stored is not null && recorded.Trim().Equals(stored, StringComparison.OrdinalIgnoreCase))
        {
            return Decoration.Of(recorded).Apply(fixedAnswer);
        }

        return recorded.Trim().Equals(fixedAnswer, StringComparison.OrdinalIgnoreCase)
            ? throw new InvalidOperationException($"The recordings answer \"{recorded}\" wrongly: choose another fixed answer.")
            : recorded;
    }
}
