namespace Sidecar.Mail;

/// <summary>
/// Which relays had a mail in hand during one attempt: the answer alone does not name the one that took it, and a relay that was
/// passed over counts in the metrics as well.
/// </summary>
internal sealed class RelayTrail
{
    private readonly List<RelayTry> _passed = [];

    /// <summary>The relay that has the mail now, or had it last.</summary>
    public string Relay { get; private set; } = SmtpOptions.DefaultName;

    /// <summary>Those that did not take it before that.</summary>
    public IReadOnlyList<RelayTry> Passed => _passed;

    public void HandTo(string relay) => Relay = relay;

    public void Pass(RelayTry failed) => _passed.Add(failed);
}

/// <summary>One relay's part in an attempt.</summary>
internal readonly record struct RelayTry(string Relay, RelayFailure Failure, TimeSpan Took);
