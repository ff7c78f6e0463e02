namespace Sidecar.Mail;

/// <summary>How an attempt ended, and for one that waits for the mail budget, how long.</summary>
/// <param name="Outcome">The outcome; <see cref="DeliveryOutcome.StillQueued"/> when it was not made for want of a permit.</param>
/// <param name="Wait">When there is a permit; zero otherwise.</param>
/// <param name="Fact">What operators are told where whoever waits must not learn it.</param>
internal readonly record struct DeliveryAttempt(DeliveryOutcome Outcome, TimeSpan Wait = default, DeliveryOutcome? Fact = null)
{
    public static implicit operator DeliveryAttempt(DeliveryOutcome outcome) => new(outcome);
}
