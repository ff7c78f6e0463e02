using System.Globalization;
using System.Text;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>The list of deliberate differences as docs/ragflow.md shows it: one row an entry, those with a defect's number first.</summary>
internal static class DifferenceTable
{
    public const string Begin = "<!-- generated from deliberate.json: begin -->";
    public const string End = "<!-- generated from deliberate.json: end -->";

    public static string Write(DeliberateDifferences differences)
    {
        var table = new StringBuilder("| defect | recorded in | answered instead | because |\n|---|---|---|---|\n");
        foreach (var entry in differences.Entries.OrderBy(static e => e.Defect ?? int.MaxValue))
        {
            table.Append(CultureInfo.InvariantCulture, $"| {Number(entry)} | {Where(entry)} | {Cell(Instead(entry))} | {Cell(entry.Reason)} |\n");
        }

        return table.ToString();
    }

    private static string Number(Deliberate entry) => entry.Defect?.ToString(CultureInfo.InvariantCulture) ?? $"none: {Cell(entry.NoDefect!)}";

    private static string Where(Deliberate entry)
    {
        var steps = entry.At.Select(static at => $"{at.Scenario}: {string.Join(' ', at.Steps)}");
        var where = entry.Recorded is { } kind ? $"every {kind}" : string.Join("; ", steps);
        return entry.Contracts.Count == 3 ? where : $"{where} (`{string.Join("`, `", entry.Contracts)}`)";
    }

    private static string Instead(Deliberate entry)
    {
        var answer = entry.Instead;
        var words = answer.Kind == Answer.Image ? "a picture" : string.Create(CultureInfo.InvariantCulture, $"{answer.Code}{(answer.Message is { } message ? $" \"{message}\"" : "")}");
        var status = answer.Status is null or 200 ? "" : string.Create(CultureInfo.InvariantCulture, $"HTTP {answer.Status}, ");
        return $"{status}{words}{(entry.Mail is { } mail ? $", mail to {mail}" : "")}{(entry.Within is { } bound ? string.Create(CultureInfo.InvariantCulture, $", within {bound.TotalSeconds} s") : "")}";
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
