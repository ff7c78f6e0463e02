using Sidecar.Throttling;

namespace Sidecar.Recovery;

/// <summary>
/// How a step of the flow ended; a closed set, which each contract words in its own way. <see cref="Ticket"/> is what the
/// client carries on with, null where it has none.
/// </summary>
internal abstract record RecoveryOutcome(string Name)
{
    public string? Ticket { get; init; }

    /// <summary>A picture to answer.</summary>
    public sealed record CaptchaIssued(ReadOnlyMemory<byte> Picture, string ContentType) : RecoveryOutcome("captcha_issued");

    /// <summary>What was typed is no address.</summary>
    public sealed record InvalidAddress() : RecoveryOutcome("invalid_address");

    /// <summary>Nobody has this address; only where answers follow the app.</summary>
    public sealed record UnknownAddress() : RecoveryOutcome("unknown_address");

    /// <summary>There is no captcha to answer: none was asked for, it ended, or it was answered before.</summary>
    public sealed record CaptchaEnded() : RecoveryOutcome("captcha_ended");

    public sealed record WrongCaptcha() : RecoveryOutcome("wrong_captcha");

    /// <summary>A mail went out a moment ago.</summary>
    public sealed record CoolingDown(TimeSpan Remaining, TimeSpan Cooldown) : RecoveryOutcome("cooling_down");

    /// <summary>The address, or this client's network, has as many flows as it may.</summary>
    public sealed record TooManyFlows(TimeSpan Remaining, int Most, TimeSpan Lifetime) : RecoveryOutcome("too_many_flows");

    /// <summary>A limit is reached: of the address, its domain, or the tries of all its flows.</summary>
    public sealed record OverLimit(LimitDecision Limit) : RecoveryOutcome("over_limit");

    /// <summary>Too many wrong codes.</summary>
    public sealed record Locked() : RecoveryOutcome("locked");

    public sealed record CodeSent() : RecoveryOutcome("code_sent");

    /// <summary>No relay is configured, or none works.</summary>
    public sealed record MailUnavailable() : RecoveryOutcome("mail_unavailable");

    public sealed record NoLiveCode() : RecoveryOutcome("no_live_code");

    public sealed record WrongCode() : RecoveryOutcome("wrong_code");

    public sealed record Verified() : RecoveryOutcome("verified");

    /// <summary>Nothing proves the address to this client.</summary>
    public sealed record Unproven() : RecoveryOutcome("unproven");

    /// <summary>The address is proven and reserved; the reset may be handed to the app and must then be settled.</summary>
    public sealed record Proven(ProofReservation Reservation) : RecoveryOutcome("proven");

    /// <summary>Another proof of the same address is at the app right now.</summary>
    public sealed record HandoverBusy(TimeSpan Remaining) : RecoveryOutcome("handover_busy");

    /// <summary>The store, or the account look-up a client waits for, does not answer; or recovery is off.</summary>
    public sealed record Unavailable(string Part) : RecoveryOutcome("unavailable");
}
