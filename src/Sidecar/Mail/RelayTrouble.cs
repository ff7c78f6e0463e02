namespace Sidecar.Mail;

/// <summary>What can go wrong between here and a relay's "250 queued".</summary>
internal enum RelayTrouble
{
    /// <summary>The settings name no relay.</summary>
    NotConfigured,

    /// <summary>The relay's name does not resolve.</summary>
    UnknownHost,

    /// <summary>Nothing listens on that port.</summary>
    Refused,

    /// <summary>Packets go nowhere.</summary>
    Unreachable,

    /// <summary>Connected, but no greeting or handshake came.</summary>
    Silent,

    /// <summary>The relay hung up.</summary>
    Dropped,

    /// <summary>The relay turned the connection away with an answer.</summary>
    TurnedAway,

    /// <summary>TLS was begun and something else answered, or no common version was found.</summary>
    TlsFailed,

    CertificateName,
    CertificateAuthority,
    CertificateDate,

    /// <summary>The relay does not offer STARTTLS.</summary>
    NoStartTls,

    /// <summary>The relay does not offer a login, or none in common, on this connection.</summary>
    NoLogin,

    LoginRejected,

    /// <summary>The relay wants a login first.</summary>
    LoginRequired,

    /// <summary>Login failed for the moment (4xx).</summary>
    LoginUnavailable,

    SenderRefused,
    RecipientRefused,

    /// <summary>The relay passes mail to other domains on only for those who are logged in.</summary>
    RelayingDenied,

    MessageRefused,

    /// <summary>What the mail is for is nothing to give a relay as a recipient.</summary>
    NotAnAddress,

    /// <summary>The recipient's local part goes beyond ASCII and the relay does not offer SMTPUTF8.</summary>
    NoSmtpUtf8,

    /// <summary>The connection broke while the message was handed over.</summary>
    Interrupted,

    /// <summary>A 4xx answer: come back later.</summary>
    Busy,

    /// <summary>An answer took longer than allowed.</summary>
    Slow,

    /// <summary>The refresh token was revoked, has ended, or is another application's.</summary>
    TokenGrantEnded,

    /// <summary>The token endpoint does not know the application or its secret.</summary>
    TokenClientRejected,

    /// <summary>The application may not have what it asks for.</summary>
    TokenScopeRefused,

    /// <summary>The token endpoint refuses the request for another reason.</summary>
    TokenRequestRefused,

    /// <summary>The token endpoint cannot be reached, or asks to come back later.</summary>
    TokenEndpointAway,

    /// <summary>The token endpoint's certificate is not trusted.</summary>
    TokenEndpointUntrusted,

    /// <summary>What answers is no token endpoint.</summary>
    TokenEndpointGarbled,

    /// <summary>The relay does not speak SMTP as it should, or something unforeseen.</summary>
    Garbled,
}
