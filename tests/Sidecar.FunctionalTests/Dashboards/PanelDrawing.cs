using System.Globalization;
using System.Text;

namespace Sidecar.FunctionalTests.Dashboards;

/// <summary>The inside of one panel, by its type.</summary>
internal static class PanelDrawing
{
    private const int Axis = 48;
    private const int LegendLine = 13;
    private const int MostLegends = 6;

    private static readonly string[] Colours = ["#2f7d4f", "#1f60c4", "#e0752d", "#ba43a9", "#c4162a", "#8f7a00", "#0e8a8a", "#705da0", "#7a4a21", "#555", "#6ab04c", "#f08a8a"];

    public static void Number(StringBuilder svg, PictureBox box, DrawnPanel drawn)
    {
        var value = drawn.Lines[0].Series.Points[^1].Value;
        var text = drawn.Panel.Node["fieldConfig"]!["defaults"]!["mappings"] is null ? Text(value, drawn.Panel.Unit) : value == 0 ? "no" : "yes";
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{box.X}\" y=\"{box.Y}\" width=\"{box.Width}\" height=\"{box.Height}\" rx=\"3\" fill=\"{ColourOf(drawn.Panel, value)}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{box.X + (box.Width / 2)}\" y=\"{box.Y + (box.Height / 2) + 10}\" font-size=\"28\" fill=\"#fff\" text-anchor=\"middle\">{text}</text>\n");
    }

    public static void Bars(StringBuilder svg, PictureBox box, DrawnPanel drawn)
    {
        var most = drawn.Lines.Max(static line => line.Series.Points[^1].Value);
        var height = box.Height / drawn.Lines.Count;
        foreach (var (i, (legend, series)) in drawn.Lines.Index())
        {
            var (value, y) = (series.Points[^1].Value, box.Y + (i * height));
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{box.X}\" y=\"{y + 14:0}\">{DashboardPicture.Xml(legend)}: {Text(value, drawn.Panel.Unit)}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{box.X}\" y=\"{y + 19:0}\" width=\"{box.Width * value / most:0.#}\" height=\"{height - 26:0}\" fill=\"{Colours[0]}\"/>\n");
        }
    }

    public static void Lines(StringBuilder svg, PictureBox box, DrawnPanel drawn, (DateTimeOffset From, DateTimeOffset To) time)
    {
        var lines = drawn.Lines.Where(static line => line.Series.HasNumber).OrderByDescending(static line => Peak(line.Series)).ToList();
        var legends = Math.Min(lines.Count, MostLegends);
        var plot = new PictureBox(box.X + Axis, box.Y, box.Width - Axis, box.Height - ((legends + 1) / 2 * LegendLine) - 6);
        var floor = new Dictionary<double, double>();
        var most = drawn.Panel.IsStacked
            ? lines.SelectMany(static line => line.Series.Points).Where(static point => double.IsFinite(point.Value)).GroupBy(static point => point.Time).Max(static at => at.Sum(static point => point.Value))
            : lines.Max(static line => Peak(line.Series));
        var top = most > 0 ? most * 1.08 : 1;
        for (var tick = 0; tick <= 3; tick++)
        {
            var y = plot.Y + plot.Height - (plot.Height * tick / 3);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{plot.X} {y:0.#}h{plot.Width}\" stroke=\"#e4e4e4\"/><text x=\"{plot.X - 5}\" y=\"{y + 4:0.#}\" text-anchor=\"end\" fill=\"#777\" font-size=\"10\">{Text(top * tick / 3, drawn.Panel.Unit)}</text>\n");
        }

        double X(double at) => plot.X + (plot.Width * (at - time.From.ToUnixTimeSeconds()) / (time.To - time.From).TotalSeconds);
        double Y(double value) => plot.Y + plot.Height - (plot.Height * value / top);
        foreach (var (i, (legend, series)) in lines.Index())
        {
            var colour = Colours[i % Colours.Length];
            var points = series.Points.Where(static point => double.IsFinite(point.Value)).ToList();
            if (drawn.Panel.IsStacked)
            {
                var below = points.Select(point => (point.Time, Value: floor.GetValueOrDefault(point.Time))).ToList();
                points = [.. points.Zip(below, static (point, under) => (point.Time, point.Value + under.Value))];
                points.ForEach(point => floor[point.Time] = point.Value);
                svg.Append(CultureInfo.InvariantCulture, $"<polygon points=\"{Path([.. points, .. below.AsEnumerable().Reverse()], X, Y)}\" fill=\"{colour}\" fill-opacity=\"0.35\"/>\n");
            }

            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{Path(points, X, Y)}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n");
            if (i < MostLegends)
            {
                var more = i == MostLegends - 1 && lines.Count > MostLegends ? $" and {lines.Count - MostLegends} more" : "";
                var (x, y) = (box.X + (i % 2 * box.Width / 2), plot.Y + plot.Height + 16 + (i / 2 * LegendLine));
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.#}\" y=\"{y - 7:0.#}\" width=\"10\" height=\"4\" fill=\"{colour}\"/><text x=\"{x + 14:0.#}\" y=\"{y:0.#}\" font-size=\"10\">{DashboardPicture.Xml(legend)}{more}</text>\n");
            }
        }
    }

    private static double Peak(PrometheusSeries series) => series.Points.Where(static point => double.IsFinite(point.Value)).Max(static point => point.Value);

    private static string Path(IEnumerable<(double Time, double Value)> points, Func<double, double> x, Func<double, double> y) =>
        string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{x(point.Time):0.#},{y(point.Value):0.#}")));

    private static string ColourOf(DashboardPanel panel, double value)
    {
        var steps = panel.Node["fieldConfig"]!["defaults"]!["thresholds"]!["steps"]!.AsArray();
        return steps.Last(step => step!["value"] is not { } from || value >= from.GetValue<double>())!["color"]!.GetValue<string>() switch
        {
            "red" => "#c4162a",
            "orange" => "#e0752d",
            _ => "#2f7d4f",
        };
    }

    private static string Text(double value, string unit) => unit switch
    {
        "percentunit" => string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.#} %"),
        "s" when value < 1 => string.Create(CultureInfo.InvariantCulture, $"{value * 1000:0.##} ms"),
        "s" => string.Create(CultureInfo.InvariantCulture, $"{value:0.#} s"),
        "bytes" => string.Create(CultureInfo.InvariantCulture, $"{value / 1048576:0} MiB"),
        "reqps" or "ops" or "cps" => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
    };
}
