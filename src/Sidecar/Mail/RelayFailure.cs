using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>Whom a failed attempt is about, which decides what becomes of the mail.</summary>
internal enum FailureScope
{
    /// <summary>This attempt: try again.</summary>
    Transient,

    /// <summary>This recipient or message: give it up, the next mail may fare better.</summary>
    Permanent,

    /// <summary>The relay: no mail gets through until it or its settings change.</summary>
    Relay,
}

/// <summary>
/// A failed attempt, told in one line that says what to change. It holds the relay's status codes and never its words: a
/// refusal may quote the recipient.
/// </summary>
/// <param name="Trouble">What went wrong.</param>
/// <param name="Status">The relay's status and enhanced status, such as <c>550 5.1.1</c>; empty when it gave none.</param>
/// <param name="Hint">What happened and which setting to look at.</param>
internal sealed record RelayFailure(RelayTrouble Trouble, string Status, string Hint)
{
    /// <summary>
    /// What a probe cannot see, because it sends nothing, never counts against the relay: it would come back at once and fail
    /// the next mail again.
    /// </summary>
    public FailureScope Scope { get; init; } = ScopeOf(Trouble);

    /// <summary>The relay's name in logs and metrics.</summary>
    public string Relay { get; init; } = SmtpOptions.DefaultName;

    /// <summary>Whether a relay may have heard of a recipient: not when it was not got as far as that, or there was none to name.</summary>
    public bool MayHaveOffered { get; init; } = Trouble is not (RelayTrouble.NotAnAddress or RelayTrouble.NoSmtpUtf8) && ScopeOf(Trouble) != FailureScope.Relay;

    /// <summary>Whether the relay may have the mail all the same, so that another one would send it a second time.</summary>
    public bool MayHaveBeenTaken { get; init; } = Trouble is RelayTrouble.Interrupted or RelayTrouble.Slow;

    /// <summary>Whether another relay may be asked at once: not after a verdict on the recipient or the message.</summary>
    public bool MayGoElsewhere => !MayHaveBeenTaken
        && Trouble is not (RelayTrouble.RecipientRefused or RelayTrouble.NotAnAddress or RelayTrouble.MessageRefused);

    /// <summary>Error where somebody has to change something; a recipient that does not exist or a busy relay is everyday.</summary>
    public LogLevel Level => Trouble switch
    {
        RelayTrouble.RecipientRefused or RelayTrouble.NotAnAddress or RelayTrouble.NoSmtpUtf8 or RelayTrouble.Busy or RelayTrouble.Interrupted => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    /// <summary>Hint and status in one line for a log.</summary>
    public string Line => Status.Length == 0 ? Hint : $"{Hint} (it said {Status})";

    /// <summary>
    /// Whether trying often could hurt: a relay may lock a login that fails again and again, or a client that it does not want. One
    /// that is only busy or cannot check logins for the moment is wanted back at once, unless it says that there were too many.
    /// </summary>
    public bool ConcernsLogin => Trouble is RelayTrouble.LoginRejected
        || (Trouble == RelayTrouble.LoginUnavailable && Known is not null)
        || (Trouble == RelayTrouble.TurnedAway && (Known is not null || !IsPassing(Status)))
        || Trouble is RelayTrouble.TokenGrantEnded or RelayTrouble.TokenClientRejected or RelayTrouble.TokenScopeRefused or RelayTrouble.TokenRequestRefused;

    /// <summary>The name of a refusal that a provider is known for, such as <c>gmail-app-password</c>; null for any other.</summary>
    public string? Known { get; private init; }

    public static RelayFailure Of(RelayTrouble trouble, SmtpOptions smtp, MailOptions mail, string status = "", KnownReply? known = null)
    {
        trouble = known?.Trouble ?? trouble;
        var hint = OAuth2Hints.For(trouble, smtp, mail, status)
            ?? (known is null ? RelayHints.For(trouble, smtp, mail, status) : $"{smtp.Server}:{smtp.Port}: {known.Hint}");
        // Hints speak of the first relay's section; the keys of a further one are called the same and stand elsewhere.
        hint = hint.Replace($"{SmtpOptions.Section}.mail_", $"{smtp.Path}.mail_", StringComparison.Ordinal);
        return new(trouble, status, hint) { Relay = smtp.Name, Known = known?.Name };
    }

    /// <summary>Whether a relay's status means "come back later".</summary>
    public static bool IsPassing(string status) => status.StartsWith('4');

    private static FailureScope ScopeOf(RelayTrouble trouble) => trouble switch
    {
        RelayTrouble.Busy or RelayTrouble.Slow or RelayTrouble.Interrupted => FailureScope.Transient,
        RelayTrouble.RecipientRefused or RelayTrouble.NotAnAddress or RelayTrouble.SenderRefused or RelayTrouble.MessageRefused
            or RelayTrouble.RelayingDenied or RelayTrouble.LoginRequired or RelayTrouble.NoSmtpUtf8 => FailureScope.Permanent,
        _ => FailureScope.Relay,
    };
}
