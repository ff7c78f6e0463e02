using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sidecar.Tests.Fuzz;

/// <summary>Nothing that is read may throw. A short form always, and as many inputs as <c>SIDECAR_FUZZ</c> says.</summary>
public sealed class FuzzTests
{
    private const int Short = 20_000;
    private const int Batch = 500;
    private const int Seed = 1;

    [Fact]
    public void Read_ChangedCorpus_ThrowsNothing() =>
        Run(int.TryParse(Environment.GetEnvironmentVariable("SIDECAR_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var inputs) ? inputs : Short);

    [Fact]
    public void Read_CorpusItself_ThrowsNothing()
    {
        foreach (var (name, target) in FuzzTargets.All)
        {
            Assert.All(Corpus(name), target.Read);
        }
    }

    private static void Run(int inputs)
    {
        var failures = new ConcurrentBag<string>();
        var work = from target in FuzzTargets.All
                   let share = inputs / 1000 * target.Value.Share
                   from start in Enumerable.Range(0, (share + Batch - 1) / Batch)
                   select (target.Key, target.Value.Read, Seed: Seed + start, Count: Math.Min(Batch, share - (start * Batch)));
        var watch = Stopwatch.StartNew();
        var spent = new ConcurrentDictionary<string, TimeSpan>();
        Parallel.ForEach(work.ToList(), batch =>
        {
            var start = Stopwatch.GetTimestamp();
            var mutator = new Mutator(Corpus(batch.Key), batch.Seed);
            for (var i = 0; i < batch.Count && failures.Count < 20; i++)
            {
                var input = mutator.Next();
                try
                {
                    batch.Read(input);
                }
                catch (Exception error)
                {
                    failures.Add($"{batch.Key}: {error.GetType().Name} {error.Message.ReplaceLineEndings(" ")} {error.StackTrace?.Split('\n')[0].Trim()}: {Convert.ToBase64String(input)}");
                }
            }

            spent.AddOrUpdate(batch.Key, Stopwatch.GetElapsedTime(start), (_, before) => before + Stopwatch.GetElapsedTime(start));
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{inputs} inputs in {watch.Elapsed.TotalSeconds:F1} s: {string.Join(", ", spent.Select(static each => $"{each.Key} {each.Value.TotalSeconds:F1}"))}");
        Assert.True(failures.IsEmpty, string.Join('\n', failures));
    }

    private static byte[][] Corpus(string name, [CallerFilePath] string here = "") =>
        [.. Directory.EnumerateFiles(Path.Combine(Path.GetDirectoryName(here)!, "corpus", name)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
}
