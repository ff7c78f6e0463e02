namespace Sidecar.FunctionalTests.Replay;

/// <summary>
/// Which of this run's codes stands for which recorded one: the right ones become those mailed here, the wrong ones
/// wrong ones of this run's length.
/// </summary>
internal sealed class MailedCodes(int length = 8)
{
    private readonly Dictionary<string, string> ours = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A mail arrived where the recording has one.</summary>
    public void Add(string recorded, string code) => ours[recorded] = code;

    public string Translate(string recorded)
    {
        var core = recorded.Trim();
        if (ours.TryGetValue(core, out var code))
        {
            return Decoration.Of(recorded).Apply(code);
        }

        return core.Length > 0 && core.All(char.IsAsciiLetter) ? Decoration.Of(recorded).Apply(Wrong(core.ToUpperInvariant())) : recorded;
    }

    private string Wrong(string core)
    {
        var wrong = string.Concat(Enumerable.Repeat(core, (length / core.Length) + 1))[..length].ToCharArray();
        while (ours.ContainsValue(new string(wrong)))
        {
            wrong[^1] = wrong[^1] == 'Z' ? 'A' : (char)(wrong[^1] + 1);
        }

        return new string(wrong);
    }
}
