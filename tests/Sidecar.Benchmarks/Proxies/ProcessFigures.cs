using System.Globalization;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>What the kernel tells of a process and of those it started, read as <c>/proc</c> writes it.</summary>
internal static class ProcessFigures
{
    /// <summary>The process and everything below it: nginx's worker is where its work is.</summary>
    public static IReadOnlyList<int> Tree(int id)
    {
        var children = Directory.Exists($"/proc/{id}/task")
            ? Directory.GetDirectories($"/proc/{id}/task").SelectMany(static task => ReadIfThere(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : [];
        return [id, .. children.SelectMany(static child => Tree(int.Parse(child, CultureInfo.InvariantCulture)))];
    }

    public static double ResidentMebibytes(int id) => Tree(id).Sum(static one => ResidentKibibytes(ReadIfThere($"/proc/{one}/status"))) / 1024.0;

    /// <summary>User time, in microseconds; the kernel counts it in hundredths of a second.</summary>
    public static double UserMicroseconds(int id) => Tree(id).Sum(static one => UserTicks(ReadIfThere($"/proc/{one}/stat"))) * 10_000.0;

    /// <summary>User and system time together, in microseconds, as the scheduler counted it.</summary>
    public static double ProcessorMicroseconds(int id) => Tree(id)
        .SelectMany(static one => Directory.Exists($"/proc/{one}/task") ? Directory.GetDirectories($"/proc/{one}/task") : [])
        .Sum(static task => RunNanoseconds(ReadIfThere(Path.Combine(task, "schedstat")))) / 1000.0;

    /// <summary><c>VmRSS</c> of <c>/proc/PID/status</c>.</summary>
    public static long ResidentKibibytes(string status)
    {
        const string Label = "VmRSS:";
        var start = status.IndexOf(Label, StringComparison.Ordinal);
        return start < 0 ? 0 : long.Parse(status[(start + Label.Length)..].Split([' ', '\t', '\n'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[0], CultureInfo.InvariantCulture);
    }

    /// <summary>The 14th field of <c>/proc/PID/stat</c>; the second is a name that may hold spaces and brackets.</summary>
    public static long UserTicks(string stat) =>
        stat.Length == 0 ? 0 : long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11], CultureInfo.InvariantCulture);

    /// <summary>The first field of <c>/proc/PID/task/TID/schedstat</c>.</summary>
    public static long RunNanoseconds(string schedstat) => schedstat.Length == 0 ? 0 : long.Parse(schedstat.Split(' ')[0], CultureInfo.InvariantCulture);

    private static string ReadIfThere(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // A thread or child that has just ended.
            return "";
        }
    }
}
