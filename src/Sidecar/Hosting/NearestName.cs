namespace Sidecar.Hosting;

/// <summary>Finds what a mistyped key was probably meant to be.</summary>
internal static class NearestName
{
    private const int MostEdits = 2;

    /// <summary>The known name that begins like the written one or is at most two edits from it; null when none is.</summary>
    public static string? Of(string written, IEnumerable<string> known) => known
        .Select(name => (Name: name, Edits: Edits(written.ToLowerInvariant(), name.ToLowerInvariant())))
        .Where(candidate => candidate.Edits <= MostEdits && candidate.Edits < candidate.Name.Length - 1
            || candidate.Name.StartsWith(written, StringComparison.OrdinalIgnoreCase)
            || written.StartsWith(candidate.Name, StringComparison.OrdinalIgnoreCase))
        .OrderBy(static candidate => candidate.Edits)
        .Select(static candidate => candidate.Name)
        .FirstOrDefault();

    /// <summary>Levenshtein's distance: letters put in, left out or exchanged.</summary>
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[to.Length];
    }
}
