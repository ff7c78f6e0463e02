using Sidecar.Proof;
using Sidecar.Throttling;

namespace Sidecar.Contracts;

/// <summary>Which limit an outcome tells of, for the standard fields of every contract.</summary>
internal static class OutcomeLimit
{
    /// <summary>The limit that refused; null where none did.</summary>
    public static LimitDecision? Of(ProofOutcome outcome) => outcome switch
    {
        ProofOutcome.OverLimit over => over.Limit,
        ProofOutcome.CoolingDown cooling => Spent("cooldown", 1, cooling.Cooldown, cooling.Remaining),
        ProofOutcome.TooManyFlows flows => Spent("flows", flows.Most, flows.Lifetime, flows.Remaining),
        _ => null,
    };

    private static LimitDecision Spent(string name, int limit, TimeSpan window, TimeSpan remaining) => new(name, Allowed: false, limit, window, 0, remaining, remaining);
}
