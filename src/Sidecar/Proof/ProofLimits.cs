using Sidecar.Accounts;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Throttling;

namespace Sidecar.Proof;

/// <summary>The limits of the flow: hands the store those it keeps, asks the others, and words what they said.</summary>
/// <param name="catalog">All limits.</param>
/// <param name="domains">The limit by mail domain.</param>
internal sealed class ProofLimits(LimitCatalog catalog, AxisLimiter domains)
{
    /// <summary>The name under which a full queue of pictures is told, beside the limits that are set.</summary>
    public const string Pictures = "pictures";

    public AddressLimits Address { get; } = new(catalog.RecipientHour, catalog.RecipientDay, catalog.Guesses);

    /// <summary>Takes a permit of the address's domain, to be given back unless a code is issued.</summary>
    public ValueTask<LimitPermit> TakeDomainAsync(EmailAddress address, CancellationToken cancellationToken) =>
        domains.TakeAsync(address.Normalised[(address.Normalised.LastIndexOf('@') + 1)..], dry: false, cancellationToken);

    public void Report(IssueResult issued)
    {
        Report(catalog.RecipientHour, issued.Hour);
        Report(catalog.RecipientDay, issued.Day);
    }

    public void Report(AttemptResult attempt) => Report(catalog.Guesses, attempt.Guesses);

    /// <summary>More pictures are wanted than are painted, by whomever; there is no count to tell.</summary>
    public static ProofOutcome.OverLimit TooManyPictures()
    {
        LimitTelemetry.Decided(Pictures, LimitTelemetry.Refused);
        return new(new(Pictures, Allowed: false, 0, TimeSpan.Zero, 0, TimeSpan.Zero, RetryAfter: TimeSpan.FromSeconds(1)));
    }

    /// <summary>The recipient limit that holds a code up longest.</summary>
    public ProofOutcome.OverLimit Refusal(IssueResult issued) =>
        issued.Day is { Decision: BudgetDecision.Refused } day && day.Wait == issued.RetryAfter ? Refusal(catalog.RecipientDay, day) : Refusal(catalog.RecipientHour, issued.Hour);

    public ProofOutcome.OverLimit Refusal(AttemptResult attempt) => Refusal(catalog.Guesses, attempt.Guesses);

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
