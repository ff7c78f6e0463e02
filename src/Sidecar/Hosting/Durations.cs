using System.Globalization;

namespace Sidecar.Hosting;

/// <summary>Durations as the configuration writes them: <c>500ms</c>, <c>60s</c>, <c>5m</c>, <c>24h</c>, <c>7d</c>.</summary>
internal static class Durations
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var trimmed = text.AsSpan().Trim();
        var digits = trimmed.IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0 || !int.TryParse(trimmed[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        foreach (var (unit, length) in Units)
        {
            // An int of days is above TimeSpan's range.
            if (trimmed[digits..].Trim().SequenceEqual(unit) && count <= TimeSpan.MaxValue / length)
            {
                value = length * count;
                return true;
            }
        }

        return false;
    }

    public static string Format(TimeSpan value)
    {
        for (var i = Units.Length - 1; i > 0; i--)
        {
            if (value.Ticks != 0 && value.Ticks % Units[i].Length.Ticks == 0)
            {
                return $"{value.Ticks / Units[i].Length.Ticks}{Units[i].Unit}";
            }
        }

        return $"{(long)value.TotalMilliseconds}ms";
    }
}
