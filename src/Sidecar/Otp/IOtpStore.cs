using Sidecar.Hosting;

namespace Sidecar.Otp;

/// <summary>
/// The flows' state. Two sides: <see cref="MemoryOtpStore"/> for one replica, <see cref="RedisOtpStore"/> for everything
/// else. Each method is one atomic step; instants are the store's own clock, so replicas with drifting clocks agree.
/// Every method throws <see cref="StoreUnavailableException"/>, within a second, when the store cannot answer.
/// </summary>
internal interface IOtpStore
{
    /// <summary>Returns when the store answers; changes nothing.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Issues a code for a flow, if the captcha is unspent, no mail went to the address within the cooldown, the flow is not
    /// locked, the address has room for it and its limits allow another mail, asked in this order; marks the captcha as spent
    /// and takes from the limits only then. Replaces the flow's older code, keeps its tries. A refusal changes nothing.
    /// </summary>
    ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Takes an issued code back after its mail failed while the client waited: the code dies, the address's cooldown ends and
    /// what the code took from the address's limits comes back, unless a newer code (another <paramref name="generation"/>) has
    /// been issued since.
    /// </summary>
    ValueTask WithdrawAsync(FlowKey flow, long generation, CancellationToken cancellationToken);

    /// <summary>Spends a captcha after a wrong answer. False when it was spent before.</summary>
    /// <param name="address">The address the captcha was asked for.</param>
    /// <param name="captchaId">The captcha's identifier from the ticket.</param>
    /// <param name="remaining">How long the captcha would still have lived; it is remembered that long.</param>
    /// <param name="cancellationToken">Ends the wait, not the step.</param>
    ValueTask<bool> SpendCaptchaAsync(AddressName address, string captchaId, TimeSpan remaining, CancellationToken cancellationToken);

    /// <summary>
    /// Counts one try against a flow and its address and hands out what the code is compared with. The count comes before the
    /// comparison, so that no number of concurrent tries gets more than the budget. A new code, a new flow and the right code
    /// leave the address's count as it is.
    /// </summary>
    ValueTask<AttemptResult> AttemptAsync(FlowKey flow, CancellationToken cancellationToken);

    /// <summary>
    /// Turns a flow whose code was right into a verified one under a new identifier. True for exactly one caller per code;
    /// false when the code was redeemed, replaced or ended meanwhile.
    /// </summary>
    ValueTask<bool> RedeemAsync(FlowKey flow, long generation, FlowKey verified, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Whether a verified flow could be reserved, but for its address being busy; changes nothing.</summary>
    ValueTask<bool> IsVerifiedAsync(FlowKey verified, CancellationToken cancellationToken);

    /// <summary>
    /// Reserves a verified flow for one hand-over, and the address for one hand-over at a time.
    /// <paramref name="lease"/> bounds how long the address stays taken if nobody settles.
    /// </summary>
    ValueTask<ReserveResult> ReserveAsync(FlowKey verified, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Ends a reservation: with <paramref name="used"/> the proof is gone, without it may be tried again until it ends.</summary>
    ValueTask SettleAsync(FlowKey verified, bool used, CancellationToken cancellationToken);
}

/// <summary>Names one flow: codes of one flow are nothing to another.</summary>
/// <param name="Purpose">What the flow proves the address for.</param>
/// <param name="Address">Whose flow it is.</param>
/// <param name="Id">128 random bits as 32 hex digits, from the ticket.</param>
internal readonly record struct FlowKey(Purpose Purpose, AddressName Address, string Id);

/// <summary>What issuing a code needs.</summary>
/// <param name="Flow">The flow that asks.</param>
/// <param name="CaptchaId">The captcha whose right answer was given.</param>
/// <param name="CaptchaRemaining">How long that captcha would still have lived.</param>
/// <param name="Code">The hashed code.</param>
/// <param name="ClientNetwork">Names the client's network; one network holds at most one live flow of an address.</param>
/// <param name="Rules">Lifetimes and counts.</param>
internal sealed record IssueRequest(
    FlowKey Flow,
    string CaptchaId,
    TimeSpan CaptchaRemaining,
    HashedCode Code,
    string ClientNetwork,
    FlowRules Rules);

/// <summary>Lifetimes and counts of a flow, from <c>recovery.*</c> or <c>verification.*</c>.</summary>
/// <param name="CodeLifetime">From issue to end of a code.</param>
/// <param name="Cooldown">Between two mails to one address, constant.</param>
/// <param name="Tries">Wrong codes before the flow closes; they survive a resend.</param>
/// <param name="Lock">How long a flow stays closed.</param>
/// <param name="MaxFlows">Live flows an address may have at once.</param>
internal sealed record FlowRules(TimeSpan CodeLifetime, TimeSpan Cooldown, int Tries, TimeSpan Lock, int MaxFlows)
{
    /// <summary>The address's limits. Default: none.</summary>
    public AddressLimits Limits { get; init; } = AddressLimits.None;
}

/// <summary>A code as the store keeps it.</summary>
/// <param name="KeyId">The key of the ring that made the hash.</param>
/// <param name="Salt">16 random bytes, as hex.</param>
/// <param name="Hash">HMAC-SHA256 over salt, flow and code under that key, as hex.</param>
internal sealed record HashedCode(string KeyId, string Salt, string Hash);

internal enum IssueOutcome
{
    Issued,

    /// <summary>The captcha was answered before.</summary>
    CaptchaSpent,

    /// <summary>A mail went to this address within the cooldown; <see cref="IssueResult.RetryAfter"/> says how long to wait.</summary>
    CoolingDown,

    /// <summary>The flow is closed after too many wrong codes.</summary>
    Locked,

    /// <summary>The address has its number of live flows, or this client's network has one already.</summary>
    TooManyFlows,

    /// <summary>The memory store holds <c>store.max_flows</c> flows; live ones are never evicted.</summary>
    StoreFull,

    /// <summary>A recipient limit of the address is reached, by all clients or by this one's network.</summary>
    RecipientSpent,
}

/// <summary>The outcome of <see cref="IOtpStore.IssueAsync"/>.</summary>
/// <param name="Outcome">What happened.</param>
/// <param name="Generation">Names this code among those of its flow; zero unless issued.</param>
/// <param name="RetryAfter">How long to wait; zero unless the outcome is a wait.</param>
/// <param name="Hour">What <see cref="AddressLimits.RecipientHour"/> said.</param>
/// <param name="Day">What <see cref="AddressLimits.RecipientDay"/> said.</param>
internal readonly record struct IssueResult(
    IssueOutcome Outcome,
    long Generation = 0,
    TimeSpan RetryAfter = default,
    BudgetState Hour = default,
    BudgetState Day = default);

internal enum AttemptOutcome
{
    /// <summary>The try was counted; compare with <see cref="AttemptResult.Code"/>.</summary>
    Counted,

    /// <summary>The flow has no live code.</summary>
    NoLiveCode,

    /// <summary>The flow is closed.</summary>
    Locked,

    /// <summary>The address had all its tries; this one was not counted, and nothing is to be compared.</summary>
    GuessesSpent,
}

/// <summary>The outcome of <see cref="IOtpStore.AttemptAsync"/>.</summary>
/// <param name="Outcome">What happened.</param>
/// <param name="Code">What to compare with; null unless counted.</param>
/// <param name="Generation">Names the code; zero unless counted.</param>
/// <param name="Guesses">What <see cref="AddressLimits.Guesses"/> said, and how long to wait when it refused.</param>
internal readonly record struct AttemptResult(AttemptOutcome Outcome, HashedCode? Code = null, long Generation = 0, BudgetState Guesses = default);

internal enum ReserveResult
{
    Reserved,

    /// <summary>There is no verified flow of this name, or it is reserved or used.</summary>
    NotVerified,

    /// <summary>Another verified flow of the same address is being handed over right now.</summary>
    AddressBusy,
}
