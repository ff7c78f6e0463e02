using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Sidecar.Mail;

/// <summary>How far a session has come.</summary>
internal enum RelayPoint
{
    Nowhere,

    /// <summary>The connection is made.</summary>
    Dialled,

    /// <summary>The certificate was accepted.</summary>
    Trusted,

    /// <summary>The relay has greeted and told what it can do, within TLS where that is asked for.</summary>
    Greeted,

    LoggedIn,
}

/// <summary>
/// What a session notes for somebody who looks into why mail does not arrive. Deliveries have none: it keeps the dialogue.
/// </summary>
/// <param name="transcript">Takes the dialogue.</param>
/// <param name="reached">Is told of every point, so that it can be shown at once.</param>
internal sealed class RelayExamination(SmtpTranscript transcript, Action<RelayPoint> reached)
{
    public SmtpTranscript Transcript => transcript;

    public RelayPoint Point { get; private set; }

    public IPEndPoint? Peer { get; private set; }

    /// <summary>Who the certificate is for and from, and until when; null without TLS.</summary>
    public RelayCertificate? Certificate { get; private set; }

    /// <summary>Such as <c>TLS 1.3</c>; empty without TLS.</summary>
    public string Protocol { get; private set; } = "";

    /// <summary>What the relay offers, such as STARTTLS, PIPELINING, SMTPUTF8.</summary>
    public IReadOnlyList<string> Capabilities { get; private set; } = [];

    /// <summary>The mechanisms of login it offers.</summary>
    public IReadOnlyList<string> Mechanisms { get; private set; } = [];

    public void Dialled(EndPoint? peer)
    {
        Peer = peer as IPEndPoint;
        Reach(RelayPoint.Dialled);
    }

    public void Presented(X509Certificate2? certificate, bool isAccepted)
    {
        Certificate = certificate is null ? null : new(certificate.GetNameInfo(X509NameType.DnsName, false), certificate.GetNameInfo(X509NameType.SimpleName, true), certificate.NotAfter.ToUniversalTime());
        if (isAccepted)
        {
            Reach(RelayPoint.Trusted);
        }
    }

    public void Greeted(string protocol, IReadOnlyList<string> capabilities, IReadOnlyList<string> mechanisms)
    {
        (Protocol, Capabilities, Mechanisms) = (protocol, capabilities, mechanisms);
        Reach(RelayPoint.Greeted);
    }

    public void Reach(RelayPoint point)
    {
        Point = point;
        reached(point);
    }
}

/// <param name="Name">Whom it is for.</param>
/// <param name="Issuer">Who signed it.</param>
/// <param name="Until">Its last moment.</param>
internal sealed record RelayCertificate(string Name, string Issuer, DateTimeOffset Until);
