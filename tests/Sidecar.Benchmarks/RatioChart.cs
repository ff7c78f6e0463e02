using System.Globalization;
using System.Net;
using System.Text;

namespace Sidecar.Benchmarks;

/// <summary>Every figure of every proxy as a multiple of nginx's: what is right of the line is more than nginx, left of it less.</summary>
internal static class RatioChart
{
    private const int Width = 860, Left = 270, Line = 15, Gap = 13, Head = 34, Top = 66;

    /// <summary>Bars end here; their number says how far they would go.</summary>
    private const double Most = 3;

    private static readonly string[] Colours = ["#9aa5b1", "#d9a441", "#2f6db3", "#6fa8dc", "#8e7cc3"];

    public static string Draw(IReadOnlyList<BenchmarkRow> rows)
    {
        BenchmarkRow[] compared = [.. rows.Where(static row => row.RatioToNginx is not null && row.Name is not ("nginx" or "direct"))];
        string[] names = [.. compared.Select(static row => row.Name).Distinct()];
        string Colour(string name) => Colours[Array.IndexOf(names, name) % Colours.Length];
        var (body, numbers) = (new StringBuilder(), new StringBuilder());
        var y = Top;
        foreach (var section in compared.GroupBy(static row => ResultTable.MoreIsBetter(row.Unit)).OrderByDescending(static section => section.Key))
        {
            body.Append(CultureInfo.InvariantCulture, $"<text x=\"12\" y=\"{y + 18}\" font-weight=\"bold\">{(section.Key ? "More is better" : "Less is better")}</text>\n");
            y += Head;
            foreach (var metric in section.GroupBy(static row => row.Metric))
            {
                var bars = metric.ToArray();
                body.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 10}\" y=\"{y + (bars.Length * Line / 2) + 4}\" text-anchor=\"end\">{WebUtility.HtmlEncode(metric.Key)}</text>\n");
                foreach (var row in bars)
                {
                    var end = X(row.RatioToNginx!.Value);
                    body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y + 1}\" width=\"{end - Left:0.#}\" height=\"{Line - 3}\" fill=\"{Colour(row.Name)}\"/>\n");
                    numbers.Append(CultureInfo.InvariantCulture, $"<text x=\"{end + 5:0.#}\" y=\"{y + 11}\" font-size=\"11\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"4\">{row.RatioToNginx.Value:0.00}{(row.RatioToNginx > Most ? " ▸" : "")}</text>\n");
                    y += Line;
                }

                y += Gap;
            }
        }

        var nginx = X(1);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{y + 10}" viewBox="0 0 {Width} {y + 10}" font-family="sans-serif" font-size="13" fill="#222">
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="12" y="24" font-size="16" font-weight="bold">Each proxy on one core, as a multiple of nginx</text>

            """);
        for (var i = 0; i < names.Length; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left + (i * 130)}\" y=\"38\" width=\"12\" height=\"12\" fill=\"{Colour(names[i])}\"/><text x=\"{Left + 18 + (i * 130)}\" y=\"49\">{WebUtility.HtmlEncode(names[i])}</text>\n");
        }

        svg.Append(body);
        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{nginx:0.#}\" y1=\"{Top}\" x2=\"{nginx:0.#}\" y2=\"{y}\" stroke=\"#222\" stroke-dasharray=\"4 3\"/><text x=\"{nginx + 4:0.#}\" y=\"{Top + 10}\" font-size=\"11\">nginx = 1</text>\n");
        // Over the line, which would run through them.
        return svg.Append(numbers).Append("</svg>\n").ToString();
    }

    private static double X(double ratio) => Left + (Math.Min(ratio, Most) / Most * (Width - Left - 70));
}
