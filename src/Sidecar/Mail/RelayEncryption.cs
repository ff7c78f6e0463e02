namespace Sidecar.Mail;

/// <summary>How the connection to the relay is protected. There is no "when available": what is configured happens, or nothing.</summary>
internal enum RelayEncryption
{
    /// <summary>Clear text: only for a relay on the same machine or a trusted network.</summary>
    None,

    /// <summary>TLS from the first byte (RFC 8314), usually port 465.</summary>
    ImplicitTls,

    /// <summary>Clear text that must turn into TLS before anything else is said, usually port 587.</summary>
    StartTls,
}
