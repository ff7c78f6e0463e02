using Sidecar.Otp;
using Sidecar.Throttling;

namespace Sidecar.Proof;

/// <summary>
/// How a step of the flow ended; a closed set, which each contract words in its own way. <see cref="Ticket"/> is what the
/// client carries on with, null where it has none.
/// </summary>
internal abstract record ProofOutcome(string Name)
{
    public string? Ticket { get; init; }

    /// <summary>A picture to answer; its name tells it from all others, and nothing of its answer.</summary>
    public sealed record CaptchaIssued(ReadOnlyMemory<byte> Picture, string ContentType, string Id) : ProofOutcome("captcha_issued");

    /// <summary>What was typed is no address.</summary>
    public sealed record InvalidAddress() : ProofOutcome("invalid_address");

    /// <summary>Nobody has this address; only where answers follow the app.</summary>
    public sealed record UnknownAddress() : ProofOutcome("unknown_address");

    /// <summary>Somebody has this address already; only where answers follow the app.</summary>
    public sealed record AddressTaken() : ProofOutcome("address_taken");

    /// <summary>There is no captcha to answer: none was asked for, it ended, or it was answered before.</summary>
    public sealed record CaptchaEnded() : ProofOutcome("captcha_ended");

    public sealed record WrongCaptcha() : ProofOutcome("wrong_captcha");

    /// <summary>A mail went out a moment ago.</summary>
    public sealed record CoolingDown(TimeSpan Remaining, TimeSpan Cooldown) : ProofOutcome("cooling_down");

    /// <summary>The address, or this client's network, has as many flows as it may.</summary>
    public sealed record TooManyFlows(TimeSpan Remaining, int Most, TimeSpan Lifetime) : ProofOutcome("too_many_flows");

    /// <summary>A limit is reached: of the address, its domain, or the tries of all its flows.</summary>
    public sealed record OverLimit(LimitDecision Limit) : ProofOutcome("over_limit");

    /// <summary>Too many wrong codes.</summary>
    public sealed record Locked() : ProofOutcome("locked");

    public sealed record CodeSent() : ProofOutcome("code_sent");

    /// <summary>No relay is configured, or none works.</summary>
    public sealed record MailUnavailable() : ProofOutcome("mail_unavailable");

    public sealed record NoLiveCode() : ProofOutcome("no_live_code");

    public sealed record WrongCode() : ProofOutcome("wrong_code");

    public sealed record Verified(Purpose Purpose) : ProofOutcome("verified");

    /// <summary>Nothing proves the address to this client.</summary>
    public sealed record Unproven() : ProofOutcome("unproven");

    /// <summary>The address is proven and reserved; what it is for may be handed to the app and must then be settled.</summary>
    public sealed record Proven(ProofReservation Reservation) : ProofOutcome("proven");

    /// <summary>Another proof of the same address is at the app right now.</summary>
    public sealed record HandoverBusy(TimeSpan Remaining) : ProofOutcome("handover_busy");

    /// <summary>The store, or the account look-up a client waits for, does not answer.</summary>
    public sealed record Unavailable(string Part) : ProofOutcome("unavailable");
}
