using System.Globalization;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Dashboards;

/// <summary>A panel with what its queries found.</summary>
internal sealed record DrawnPanel(DashboardPanel Panel, IReadOnlyList<(string Legend, PrometheusSeries Series)> Lines);

/// <summary>
/// The dashboard drawn from what Prometheus answered, for readers of the documentation. Simpler than Grafana draws it; places,
/// titles, units and data are the dashboard's.
/// </summary>
internal static class DashboardPicture
{
    private const int Column = 60;
    private const int Line = 30;

    /// <summary>Leaves it in artifacts/dashboard, and in docs/images too where SIDECAR_PICTURE is set.</summary>
    public static async Task WriteAsync(IReadOnlyList<DrawnPanel> panels, (DateTimeOffset From, DateTimeOffset To) time, CancellationToken cancellationToken)
    {
        var svg = Draw(panels, time);
        var folders = new List<string> { RepositoryRoot.Combine("artifacts", "dashboard") };
        if (Environment.GetEnvironmentVariable("SIDECAR_PICTURE") is { Length: > 0 })
        {
            folders.Add(RepositoryRoot.Combine("docs", "images"));
        }

        foreach (var folder in folders)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "dashboard.svg"), svg, cancellationToken);
        }
    }

    private static string Draw(IReadOnlyList<DrawnPanel> panels, (DateTimeOffset From, DateTimeOffset To) time)
    {
        var height = panels.Max(static drawn => drawn.Panel.Place.Y + drawn.Panel.Place.Height) * Line;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {24 * Column} {height}" font-family="sans-serif" font-size="11" fill="#333">
            <rect width="100%" height="100%" fill="#f4f5f5"/>

            """);
        foreach (var drawn in panels)
        {
            var (x, y, width, rows) = drawn.Panel.Place;
            var box = new PictureBox((x * Column) + 4, (y * Line) + 3, (width * Column) - 8, (rows * Line) - 6);
            if (drawn.Panel.Type == "row")
            {
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{box.X + 4}\" y=\"{box.Y + 17}\" font-size=\"15\" font-weight=\"bold\">{Xml(drawn.Panel.Title)}</text>\n");
                continue;
            }

            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{box.X}\" y=\"{box.Y}\" width=\"{box.Width}\" height=\"{box.Height}\" rx=\"3\" fill=\"#fff\" stroke=\"#ddd\"/>\n<text x=\"{box.X + 8}\" y=\"{box.Y + 16}\" font-weight=\"bold\">{Xml(drawn.Panel.Title)}</text>\n");
            var inner = new PictureBox(box.X + 8, box.Y + 24, box.Width - 16, box.Height - 30);
            switch (drawn.Panel.Type)
            {
                case "stat":
                    PanelDrawing.Number(svg, inner, drawn);
                    break;
                case "bargauge":
                    PanelDrawing.Bars(svg, inner, drawn);
                    break;
                default:
                    PanelDrawing.Lines(svg, inner, drawn, time);
                    break;
            }
        }

        return svg.Append("</svg>\n").ToString();
    }

    public static string Xml(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}

internal readonly record struct PictureBox(double X, double Y, double Width, double Height);
