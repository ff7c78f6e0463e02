using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecar.Mail;

/// <summary>
/// Decides on the certificate of one connection and remembers why it said no, which the exception of a failed handshake does
/// not tell. Names and dates count for everyone; an authority named by <c>mail.ca</c> counts like the system's.
/// </summary>
/// <param name="extraAuthorities">Those of <c>mail.ca</c>.</param>
/// <param name="examination">Is told what was presented.</param>
/// <param name="relay">The relay's name in metrics; empty for other servers.</param>
internal sealed class RelayCertificates(X509Certificate2Collection? extraAuthorities, RelayExamination? examination = null, string relay = "")
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Why the certificate was refused; null while none was.</summary>
    public RelayTrouble? Refusal { get; private set; }

    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = certificate is null || chain is null ? RelayTrouble.TlsFailed
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? RelayTrouble.CertificateName
            : errors == SslPolicyErrors.None ? null
            : Explain(certificate, chain);
        if (relay.Length > 0)
        {
            RelayCertificateEnd.Saw(relay, certificate);
        }

        examination?.Presented(certificate as X509Certificate2, Refusal is null);
        return Refusal is null;
    }

    private RelayTrouble? Explain(X509Certificate certificate, X509Chain chain)
    {
        if (extraAuthorities is null)
        {
            return Explain(chain);
        }

        using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        using var ours = new X509Chain();
        ours.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        ours.ChainPolicy.CustomTrustStore.AddRange(extraAuthorities);
        // An authority of one's own seldom publishes a revocation list that a pod could reach.
        ours.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        ours.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        foreach (var element in chain.ChainElements)
        {
            ours.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return ours.Build(leaf) ? null : Explain(ours);
    }

    private static RelayTrouble Explain(X509Chain chain) =>
        chain.ChainStatus.Any(static status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid))
            ? RelayTrouble.CertificateDate
            : RelayTrouble.CertificateAuthority;
}
