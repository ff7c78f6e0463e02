using Sidecar.Accounts;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Throttling;

namespace Sidecar.Proof;

/// <summary>The limits of the flow: hands the store those it keeps, asks the others, and words what they said.</summary>
internal sealed class ProofLimits
{
    /// <summary>The name under which a full queue of pictures is told, beside the limits that are set.</summary>
    public const string Pictures = "pictures";

    private readonly AxisLimiter _domains;
    private volatile LimitCatalog _catalog;
    private volatile AddressLimits _address;

    /// <param name="catalog">All limits.</param>
    /// <param name="domains">The limit by mail domain.</param>
    public ProofLimits(LimitCatalog catalog, AxisLimiter domains) => (_catalog, _domains, _address) = (catalog, domains, Of(catalog));

    public AddressLimits Address => _address;

    /// <summary>Takes other numbers, except the domain limiter's, which whoever made it retunes. What was counted stays counted.</summary>
    public void Retune(LimitCatalog next) => (_catalog, _address) = (next, Of(next));

    /// <summary>Takes a permit of the address's domain, to be given back unless a code is issued.</summary>
    public ValueTask<LimitPermit> TakeDomainAsync(EmailAddress address, CancellationToken cancellationToken) =>
        _domains.TakeAsync(address.Normalised[(address.Normalised.LastIndexOf('@') + 1)..], dry: false, cancellationToken);

    public void Report(IssueResult issued)
    {
        Report(_catalog.RecipientHour, issued.Hour);
        Report(_catalog.RecipientDay, issued.Day);
    }

    public void Report(AttemptResult attempt) => Report(_catalog.Guesses, attempt.Guesses);

    /// <summary>More pictures are wanted than are painted, by whomever; there is no count to tell.</summary>
    public static ProofOutcome.OverLimit TooManyPictures()
    {
        LimitTelemetry.Decided(Pictures, LimitTelemetry.Refused);
        return new(new(Pictures, Allowed: false, 0, TimeSpan.Zero, 0, TimeSpan.Zero, RetryAfter: TimeSpan.FromSeconds(1)));
    }

    /// <summary>The recipient limit that holds a code up longest.</summary>
    public ProofOutcome.OverLimit Refusal(IssueResult issued) =>
        issued.Day is { Decision: BudgetDecision.Refused } day && day.Wait == issued.RetryAfter ? Refusal(_catalog.RecipientDay, day) : Refusal(_catalog.RecipientHour, issued.Hour);

    public ProofOutcome.OverLimit Refusal(AttemptResult attempt) => Refusal(_catalog.Guesses, attempt.Guesses);

    private static AddressLimits Of(LimitCatalog catalog) => new(catalog.RecipientHour, catalog.RecipientDay, catalog.Guesses);

    private static ProofOutcome.OverLimit Refusal(LimitOptions limit, BudgetState state) =>
        new(new LimitDecision(limit.Name, Allowed: false, limit.Permits, limit.Window, 0, state.Wait, state.Wait));

    private static void Report(LimitOptions limit, BudgetState state)
    {
        if (state.Decision != BudgetDecision.NotAsked)
        {
            LimitTelemetry.Decided(limit.Name, state.Decision switch
            {
                BudgetDecision.Allowed => LimitTelemetry.Allowed,
                BudgetDecision.Refused => LimitTelemetry.Refused,
                _ => LimitTelemetry.DryRun,
            });
        }
    }
}
