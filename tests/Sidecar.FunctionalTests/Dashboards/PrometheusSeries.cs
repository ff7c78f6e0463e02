using System.Globalization;
using System.Text.Json;

namespace Sidecar.FunctionalTests.Dashboards;

/// <summary>One line of an answer: one value of an instant query, many over time.</summary>
internal sealed record PrometheusSeries(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<(double Time, double Value)> Points)
{
    /// <summary>Whether there is a number in it that can be drawn.</summary>
    public bool HasNumber => Points.Any(static point => double.IsFinite(point.Value));

    public static PrometheusSeries Read(JsonElement series) => new(
        series.GetProperty("metric").EnumerateObject().ToDictionary(static label => label.Name, static label => label.Value.GetString()!),
        series.TryGetProperty("values", out var values) ? [.. values.EnumerateArray().Select(Point)] : [Point(series.GetProperty("value"))]);

    private static (double Time, double Value) Point(JsonElement pair) => (pair[0].GetDouble(), pair[1].GetString() switch
    {
        "NaN" => double.NaN,
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var text => double.Parse(text!, CultureInfo.InvariantCulture),
    });
}
