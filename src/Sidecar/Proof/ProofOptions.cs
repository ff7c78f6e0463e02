using Sidecar.Otp;

namespace Sidecar.Proof;

/// <summary>What a flow's settings say of the steps.</summary>
/// <param name="Purpose">What an address is proven for; a code, captcha or ticket of another purpose is nothing here.</param>
/// <param name="Answers">Whether answers may tell known from unknown addresses.</param>
/// <param name="Rules">Lifetimes and counts until an address is proven.</param>
/// <param name="VerifiedLifetime">How long it stays so.</param>
internal sealed record ProofOptions(Purpose Purpose, AnswerStyle Answers, FlowRules Rules, TimeSpan VerifiedLifetime)
{
    /// <summary>How long a client waits for the first delivery attempt where answers follow the app.</summary>
    public static readonly TimeSpan DeliveryPatience = TimeSpan.FromSeconds(5);

    /// <summary>Within this time after a uniform answer a mail starts, at a random moment.</summary>
    public TimeSpan MailSpread { get; init; }

    public TimeSpan CodeLifetime => Rules.CodeLifetime;

    public TimeSpan Cooldown => Rules.Cooldown;

    public int MaxFlowsPerAddress => Rules.MaxFlows;
}
