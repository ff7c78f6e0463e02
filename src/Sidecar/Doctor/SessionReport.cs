using System.Globalization;
using Sidecar.Mail;

namespace Sidecar.Doctor;

/// <summary>Turns how far a session came into lines: a session opens in one go, and what failed has to be found among its steps.</summary>
internal sealed class SessionReport
{
    private const int FewDays = 21;

    private readonly SmtpOptions _relay;
    private readonly CheckSheet _sheet;
    private readonly string _target;
    private readonly Queue<string> _open;
    private long _since;

    public SessionReport(SmtpOptions relay, CheckSheet sheet, string target, SmtpTranscript transcript)
    {
        (_relay, _sheet, _target) = (relay, sheet, target);
        Examination = new RelayExamination(transcript, Reached);
        _open = new(Steps(relay.Encryption));
    }

    /// <summary>The steps of a session in their order.</summary>
    public static IReadOnlyList<string> Steps(RelayEncryption encryption) => encryption == RelayEncryption.ImplicitTls
        ? ["connection", "tls", "greeting", "login"]
        : ["connection", "greeting", "tls", "login"];

    public RelayExamination Examination { get; }

    public void Begin() => _since = _sheet.Time.GetTimestamp();

    /// <summary>Says what was not said yet: the step that failed, and those behind it.</summary>
    public void End(RelayFailure? failure)
    {
        if (failure is null)
        {
            if (_open.Count > 0)
            {
                Say(new(CheckStatus.Skipped, $"no {_relay.Path}.mail_username, so none is tried"));
            }

            return;
        }

        var failed = Culprit(failure.Trouble);
        while (_open.Count > 0)
        {
            var step = _open.Peek();
            if (step == failed)
            {
                Say(RelayFindings.Of(failure));
                failed = "";
            }
            else if (failed.Length > 0)
            {
                // It came this far, or what failed would be another.
                Say(step == "tls" ? Tls() : Finding.Ok("answered"));
            }
            else
            {
                Say(new(CheckStatus.Skipped, "not reached"));
            }
        }
    }

    private string Culprit(RelayTrouble trouble) => Examination.Point switch
    {
        RelayPoint.Nowhere => "connection",
        RelayPoint.Greeted => "login",
        _ when trouble is RelayTrouble.CertificateName or RelayTrouble.CertificateAuthority or RelayTrouble.CertificateDate or RelayTrouble.TlsFailed or RelayTrouble.NoStartTls => "tls",
        _ when trouble == RelayTrouble.Silent && _relay.Encryption == RelayEncryption.ImplicitTls && Examination.Point == RelayPoint.Dialled => "tls",
        _ => "greeting",
    };

    private void Reached(RelayPoint point)
    {
        switch (point)
        {
            case RelayPoint.Dialled:
                Say(Finding.Ok($"made, to {Place.Of(Examination.Peer)}"));
                break;
            case RelayPoint.Greeted:
                while (_open.TryPeek(out var step) && step != "login")
                {
                    Say(step == "tls" ? Tls() : Greeting());
                }

                break;
            case RelayPoint.LoggedIn:
                Say(Finding.Ok($"accepted, by {Examination.Transcript.Mechanism}") with { Data = [("mechanism", Examination.Transcript.Mechanism)] });
                break;
        }
    }

    private void Say(Finding finding)
    {
        _sheet.Add(_target, _open.Dequeue(), finding, finding.Status == CheckStatus.Skipped ? default : _sheet.Time.GetElapsedTime(_since));
        _since = _sheet.Time.GetTimestamp();
    }

    private Finding Greeting() => Finding.Ok(Examination.Mechanisms.Count > 0 ? $"logins: {string.Join(", ", Examination.Mechanisms)}" : "no login offered") with
    {
        Data = [("capabilities", Examination.Capabilities.ToArray()), ("mechanisms", Examination.Mechanisms.ToArray())],
    };

    private Finding Tls()
    {
        if (_relay.Encryption == RelayEncryption.None)
        {
            return Place.IsThisMachine(Examination.Peer) ? Finding.Ok("none, and none needed within this machine") : Finding.Warn("none: mails and logins cross the network in clear text", "set smtp.mail_use_tls: true (587) or smtp.mail_use_ssl: true (465)");
        }

        if (Examination.Certificate is not { } certificate)
        {
            return Finding.Ok("begun");
        }

        var days = (int)(certificate.Until - _sheet.Time.GetUtcNow()).TotalDays;
        var how = Examination.Protocol.Length > 0 ? $"{Examination.Protocol}, " : "";
        var text = string.Create(CultureInfo.InvariantCulture, $"{how}certificate for {certificate.Name} from {certificate.Issuer}, {days} days left");
        return (days < FewDays ? Finding.Warn(text, $"renew the certificate of {_relay.Server} before it ends, or no mail goes out then") : Finding.Ok(text)) with
        {
            Data = [("protocol", Examination.Protocol), ("certificate_name", certificate.Name), ("certificate_issuer", certificate.Issuer), ("days_left", days)],
        };
    }
}
