using System.Globalization;
using Sidecar.Benchmarks;
using Sidecar.Benchmarks.Captcha;
using Sidecar.Benchmarks.Smtp;

Benchmark[] benchmarks = [SmtpThroughput.Benchmark, CaptchaFlood.Benchmark];

var wanted = args.Where(static word => !word.StartsWith("--", StringComparison.Ordinal)).ToArray();
var options = args.Except(wanted).Select(static word => word[2..].Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[^1]);
if (wanted.Length == 0 || wanted.Any(name => benchmarks.All(benchmark => benchmark.Name != name)) || options.Keys.Except(["rounds", "seconds", "out"]).Any())
{
    Console.Error.WriteLine($"Usage: dotnet run -c Release --project tests/Sidecar.Benchmarks -- NAME … [--rounds=5] [--seconds=3] [--out=artifacts/bench]\nNames: {string.Join(", ", benchmarks.Select(static benchmark => benchmark.Name))}");
    return 2;
}

var settings = new BenchmarkSettings(
    int.Parse(options.GetValueOrDefault("rounds", "5"), CultureInfo.InvariantCulture),
    TimeSpan.FromSeconds(double.Parse(options.GetValueOrDefault("seconds", "3"), CultureInfo.InvariantCulture)));
foreach (var benchmark in benchmarks.Where(benchmark => wanted.Contains(benchmark.Name)))
{
    var rows = await benchmark.RunAsync(settings);
    Report.Write(options.GetValueOrDefault("out", Path.Combine("artifacts", "bench")), benchmark.Name, rows);
    foreach (var row in rows)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name,-36} {row.Metric,-12} {row.Value,10:0.##} {row.Unit,-10} rounds {string.Join(" ", row.Rounds.Select(static value => value.ToString("0.##", CultureInfo.InvariantCulture)))}"));
    }
}

return 0;
