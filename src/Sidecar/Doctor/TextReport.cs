using System.Globalization;

namespace Sidecar.Doctor;

/// <summary>The list as people read it, line by line as the looks end.</summary>
/// <param name="output">Standard output.</param>
/// <param name="isPlain">Whether signs are words, for a terminal that cannot show them.</param>
/// <param name="isColoured">Whether the signs are in colour.</param>
internal sealed class TextReport(TextWriter output, bool isPlain, bool isColoured)
{
    private const int NameWidth = 13;
    private static readonly TimeSpan WorthTelling = TimeSpan.FromMilliseconds(1);

    private string _target = "";

    public void Tell(CheckResult result)
    {
        if (result.Target != _target)
        {
            output.WriteLine(_target.Length > 0 ? $"\n{result.Target}" : result.Target);
            _target = result.Target;
        }

        var took = result.Duration >= WorthTelling ? $" ({Took(result.Duration)})" : "";
        output.WriteLine($"  {Sign(result.Status)} {result.Name.PadRight(NameWidth)} {result.Finding.Detail}{took}");
        if (result.Finding.Hint.Length > 0)
        {
            output.WriteLine($"      {(isPlain ? "->" : "→")} {result.Finding.Hint}");
        }

        output.Flush();
    }

    public void Close(IReadOnlyList<CheckResult> results, IReadOnlyList<(string Relay, IReadOnlyList<string> Lines)> transcripts)
    {
        foreach (var (relay, lines) in transcripts)
        {
            output.WriteLine($"\nwhat was said to {relay} (addresses, logins and the message left out)");
            foreach (var line in lines)
            {
                output.WriteLine($"  {line}");
            }
        }

        int Count(CheckStatus status) => results.Count(result => result.Status == status);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{Count(CheckStatus.Failed)} failed, {Count(CheckStatus.Warning)} warnings, {Count(CheckStatus.Ok)} ok, {Count(CheckStatus.Skipped)} skipped"));
    }

    private static string Took(TimeSpan duration) => duration < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s");

    private string Sign(CheckStatus status)
    {
        var (word, sign, colour) = status switch
        {
            CheckStatus.Ok => ("ok  ", "✓", 32),
            CheckStatus.Warning => ("warn", "!", 33),
            CheckStatus.Failed => ("FAIL", "✗", 31),
            _ => ("skip", "–", 90),
        };
        var shown = isPlain ? word : sign;
        return isColoured ? $"\e[{colour}m{shown}\e[0m" : shown;
    }
}
