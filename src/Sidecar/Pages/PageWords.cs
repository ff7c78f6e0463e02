using Sidecar.Contracts;
using Sidecar.Proof;

namespace Sidecar.Pages;

/// <summary>What follows from an outcome: the step to show next, and what is said there to do.</summary>
internal sealed class PageWords(PageJourney journey, TimeProvider clock)
{
    /// <summary>After the wish for another code, which costs another picture.</summary>
    public PageState Resend(PageState state) => state.ResendAt > clock.GetUtcNow()
        ? state with { Notice = new("cooling_code", state.ResendAt) }
        : state with { Step = PageStep.Picture };

    /// <summary>After a picture was asked for and there is none to show.</summary>
    public PageState WithoutPicture(PageState state, ProofOutcome outcome) => Common(state, outcome);

    /// <summary>After the picture's characters.</summary>
    public PageState AfterCode(PageState state, ProofOutcome outcome) => outcome switch
    {
        ProofOutcome.CodeSent => state with { Step = PageStep.Code, ResendAt = In(journey.Proof.Cooldown) },
        ProofOutcome.WrongCaptcha => state with { Notice = new("picture_wrong") },
        ProofOutcome.CaptchaEnded => state with { Notice = new("picture_ended") },
        // With a code from this recovery there is something to go on with.
        ProofOutcome.CoolingDown cooling when state.ResendAt != default => state with { Step = PageStep.Code, ResendAt = In(cooling.Remaining), Notice = new("cooling_code", In(cooling.Remaining)) },
        ProofOutcome.CoolingDown cooling => state with { Notice = new("cooling", In(cooling.Remaining)) },
        _ => Common(state, outcome),
    };

    /// <summary>After the code.</summary>
    public PageState AfterVerify(PageState state, ProofOutcome outcome) => outcome switch
    {
        ProofOutcome.Verified => state with { Step = journey.Steps.Contains(PageStep.Password) ? PageStep.Password : PageStep.Done },
        ProofOutcome.WrongCode => state with { Step = PageStep.Code, Notice = new("code_wrong") },
        ProofOutcome.NoLiveCode => state with { Step = PageStep.Picture, Notice = new("code_ended") },
        _ => Common(state, outcome),
    };

    /// <summary>After the password went to the app.</summary>
    public PageState AfterReset(PageState state, HandoverEnd end) => end switch
    {
        HandoverEnd.Accepted => state with { Step = PageStep.Done, ResendAt = default },
        HandoverEnd.Refused => state with { Notice = new("app_refused") },
        HandoverEnd.Absent or HandoverEnd.Unreached => state with { Notice = new("app_unreached") },
        HandoverEnd.Unknown => state with { Step = PageStep.Address, Notice = new("app_silent") },
        HandoverEnd.Busy => state with { Notice = new("busy", In(TimeSpan.FromSeconds(1))) },
        HandoverEnd.Unproven => state with { Step = PageStep.Picture, Notice = new("late") },
        _ => state with { Notice = new("unavailable") },
    };

    private PageState Common(PageState state, ProofOutcome outcome) => outcome switch
    {
        ProofOutcome.InvalidAddress => state with { Step = PageStep.Address, Notice = new("address_wrong") },
        ProofOutcome.UnknownAddress => state with { Step = PageStep.Address, Notice = new("address_unknown") },
        ProofOutcome.AddressTaken => state with { Step = PageStep.Address, Notice = new("address_taken") },
        ProofOutcome.OverLimit over => state with { Notice = new("limit", In(over.Limit.RetryAfter)) },
        ProofOutcome.TooManyFlows flows => state with { Notice = new("flows", In(flows.Remaining)) },
        ProofOutcome.MailUnavailable => state with { Notice = new("mail") },
        // The page counts from when it hears of it, which is never too short.
        ProofOutcome.Locked => state with { Step = PageStep.Code, LockedUntil = state.LockedUntil > clock.GetUtcNow() ? state.LockedUntil : In(journey.Proof.Rules.Lock) },
        _ => state with { Notice = new("unavailable") },
    };

    private DateTimeOffset In(TimeSpan span) => clock.GetUtcNow() + span;
}
