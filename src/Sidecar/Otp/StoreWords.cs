namespace Sidecar.Otp;

/// <summary>Outcomes as metrics and spans word them.</summary>
internal static class StoreWords
{
    public static string Of(IssueOutcome outcome) => outcome switch
    {
        IssueOutcome.Issued => "issued",
        IssueOutcome.CaptchaSpent => "captcha_spent",
        IssueOutcome.CoolingDown => "cooling_down",
        IssueOutcome.Locked => "locked",
        IssueOutcome.TooManyFlows => "too_many_flows",
        IssueOutcome.RecipientSpent => "recipient_spent",
        _ => "store_full",
    };

    public static string Of(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Counted => "counted",
        AttemptOutcome.NoLiveCode => "no_live_code",
        AttemptOutcome.GuessesSpent => "guesses_spent",
        _ => "locked",
    };

    public static string Of(ReserveResult outcome) => outcome switch
    {
        ReserveResult.Reserved => "reserved",
        ReserveResult.NotVerified => "not_verified",
        _ => "address_busy",
    };
}
