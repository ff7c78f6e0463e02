using Sidecar.Hosting;

namespace Sidecar.Doctor;

/// <summary>Takes the looks one after the other, each within its time, and passes every line on as it ends.</summary>
internal sealed class CheckSheet(TimeProvider time, Action<CheckResult> told)
{
    private readonly List<CheckResult> _results = [];

    public IReadOnlyList<CheckResult> Results => _results;

    public CheckStatus Worst =>
        _results.Exists(static result => result.Status == CheckStatus.Failed) ? CheckStatus.Failed
        : _results.Exists(static result => result.Status == CheckStatus.Warning) ? CheckStatus.Warning
        : CheckStatus.Ok;

    public TimeProvider Time => time;

    public void Add(string target, string name, Finding finding, TimeSpan duration = default)
    {
        var result = new CheckResult(name, target, finding, duration);
        _results.Add(result);
        told(result);
    }

    public void Skip(string target, string name, string reason) => Add(target, name, new(CheckStatus.Skipped, reason));

    /// <summary>Takes one look. True when what depends on it can be tried. Throws only when <paramref name="cancellationToken"/> ends the run.</summary>
    /// <param name="target">What it is about.</param>
    /// <param name="name">The step.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="look">The look; what it throws is a failure without a hint of its own.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async Task<bool> TryAsync(string target, string name, TimeSpan limit, Func<CancellationToken, Task<Finding>> look, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        using var timer = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        Finding finding;
        try
        {
            // Some libraries wait without listening.
            finding = await look(both.Token).WaitAsync(both.Token);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // The texts of exceptions may quote what must not be shown.
            finding = error is OperationCanceledException
                ? Finding.Fail($"no answer within {Durations.Format(limit)}", "check that it runs, and that no firewall is between")
                : Finding.Fail($"ended with {error.GetType().Name}", "");
        }

        Add(target, name, finding, time.GetElapsedTime(start));
        return finding.Status != CheckStatus.Failed;
    }
}
