using System.Diagnostics;
using Sidecar.Proof;

namespace Sidecar.Contracts;

/// <summary>
/// What becomes of one request. The first decision stands and is the only one told, so that a failure while it is answered
/// does not make two of one; a request that ends undecided has failed.
/// </summary>
/// <param name="span">The step's span.</param>
/// <param name="record">Tells outcome, address as typed, and limit.</param>
internal sealed class StepDecision(Activity? span, Action<Activity?, string, string?, string> record) : IDisposable
{
    private bool _isMade;

    public void Make(string outcome, string? typed = null, string limit = "")
    {
        if (!_isMade)
        {
            _isMade = true;
            record(span, outcome, typed, limit);
        }
    }

    public void Make(ProofOutcome outcome, string? typed) => Make(outcome.Name, typed, RagflowAnswers.LimitOf(outcome));

    public void Dispose()
    {
        Make("failed");
        span?.Dispose();
    }
}
