using Sidecar.Hosting;

namespace Sidecar.Otp;

/// <summary>
/// The limits that hang on an address. They are the store's to keep, because they are spent in the same step as what they
/// limit, or not at all.
/// </summary>
/// <param name="RecipientHour">Codes issued; one client network may take half of them, rounded up.</param>
/// <param name="RecipientDay">The same over a longer time.</param>
/// <param name="Guesses">Codes tried, over all flows; nothing but time gives them back.</param>
internal sealed record AddressLimits(LimitOptions RecipientHour, LimitOptions RecipientDay, LimitOptions Guesses)
{
    private static readonly LimitOptions Off = new("none") { Permits = 1, Window = TimeSpan.FromSeconds(1), Mode = LimitMode.Off };

    /// <summary>No limits at all.</summary>
    public static AddressLimits None { get; } = new(Off, Off, Off);
}

/// <summary>What one of an address's limits said to a step.</summary>
internal enum BudgetDecision
{
    /// <summary>The limit is off, or the step ended before it.</summary>
    NotAsked,

    Allowed,
    Refused,

    /// <summary>Would have refused, were it not running dry.</summary>
    DryRun,
}

/// <param name="Decision">What the limit said.</param>
/// <param name="Wait">When it will have a permit; zero when it has.</param>
internal readonly record struct BudgetState(BudgetDecision Decision, TimeSpan Wait);
