using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sidecar.Benchmarks;
using Sidecar.Benchmarks.Captcha;
using Sidecar.Benchmarks.Proxies;
using Sidecar.Benchmarks.Recovery;
using Sidecar.Benchmarks.Redis;
using Sidecar.Benchmarks.Smtp;

Benchmark[] benchmarks =
[
    ClosedLoop.Benchmark, FixedRate.Benchmark, Bodies.Benchmark, FirstEvent.Benchmark, Cost.Benchmark, Footprint.Benchmark,
    PublishedSize.Benchmark, StepThroughput.Benchmark, SmtpThroughput.Benchmark,
    FlowMemory.Benchmark, CaptchaFlood.Benchmark,
];

var wanted = args.Where(static word => !word.StartsWith("--", StringComparison.Ordinal)).ToArray();
var options = args.Except(wanted).Select(static word => word[2..].Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[^1]);
var engines = options.GetValueOrDefault("engines", SidecarVariant.Usual).Split(',');
if (wanted.Length == 0
    || wanted.Any(name => benchmarks.All(benchmark => benchmark.Name != name))
    || engines.Any(word => SidecarVariant.All.All(variant => variant.Word != word))
    || options.Keys.Except(["rounds", "seconds", "out", "engines"]).Any())
{
    Console.Error.WriteLine($"""
        Usage: Sidecar.Benchmarks NAME … [--rounds=5] [--seconds=3] [--engines={SidecarVariant.Usual}] [--out=artifacts/bench]
        Names: {string.Join(", ", benchmarks.Select(static benchmark => benchmark.Name))}
        Engines: {string.Join(", ", SidecarVariant.All.Select(static variant => variant.Word))}
        """);
    return 2;
}

using var stop = new CancellationTokenSource();
void End(PosixSignalContext signal)
{
    // Not at once: the servers that were started end with what disposes of them.
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
var settings = new BenchmarkSettings(
    int.Parse(options.GetValueOrDefault("rounds", "5"), CultureInfo.InvariantCulture),
    TimeSpan.FromSeconds(double.Parse(options.GetValueOrDefault("seconds", "3"), CultureInfo.InvariantCulture)),
    [.. SidecarVariant.All.Where(variant => engines.Contains(variant.Word))],
    stop.Token);
var report = new Report(options.GetValueOrDefault("out", Path.Combine("artifacts", "bench")));
try
{
    foreach (var benchmark in benchmarks.Where(benchmark => wanted.Contains(benchmark.Name)))
    {
        var start = Stopwatch.GetTimestamp();
        var rows = await benchmark.RunAsync(settings);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{benchmark.Name}, {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s"));
        report.Add(benchmark.Name, rows);
        foreach (var row in rows)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {row.Name,-24} {row.Metric,-34} {row.Value,12:0.##} {row.Unit,-12} {row.RatioToNginx,8:0.00} rounds {string.Join(" ", row.Rounds.Select(static value => value.ToString("0.##", CultureInfo.InvariantCulture)))}"));
        }
    }

    report.Summarize(Machine.Describe(settings), Console.Out);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
