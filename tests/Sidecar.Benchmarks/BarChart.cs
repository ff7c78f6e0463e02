using System.Globalization;
using System.Net;
using System.Text;

namespace Sidecar.Benchmarks;

/// <summary>A bar for each row; bars are comparable within one unit only.</summary>
internal static class BarChart
{
    private const int Width = 720, Left = 260, Line = 34;

    public static string Draw(IReadOnlyList<BenchmarkRow> rows)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{(rows.Count * Line) + 16}" font-family="sans-serif" font-size="13">
            <rect width="100%" height="100%" fill="#fff"/>

            """);
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, y) = (rows[i], 8 + (i * Line));
            var longest = rows.Where(other => other.Unit == row.Unit).Max(static other => other.Value);
            var length = longest > 0 ? row.Value / longest * (Width - Left - 130) : 0;
            svg.Append(CultureInfo.InvariantCulture, $"""
                <text x="{Left - 8}" y="{y + 20}" text-anchor="end" fill="#222">{WebUtility.HtmlEncode($"{row.Name}, {row.Metric}")}</text>
                <rect x="{Left}" y="{y + 4}" width="{length:0.#}" height="{Line - 10}" fill="#3b6ea5"/>
                <text x="{Left + length + 6:0.#}" y="{y + 20}" fill="#222">{row.Value:0.##} {WebUtility.HtmlEncode(row.Unit)}</text>

                """);
        }

        return svg.Append("</svg>\n").ToString();
    }
}
