namespace Sidecar.Hosting;

/// <summary>
/// A listener's certificate, which changes while the sidecar runs: whoever renews it writes files, or swaps the link that a
/// mounted secret is behind, and tells nobody.
/// </summary>
/// <param name="certificatePath"><c>listeners[].tls.cert</c>: PEM, the server's own certificate first; a relative path starts at the settings folder.</param>
/// <param name="keyPath"><c>listeners[].tls.key</c>: PEM, without a password.</param>
/// <param name="first">What was read at start.</param>
internal sealed class ListenerTls(string certificatePath, string keyPath, ServerCertificate first)
{
    private string? _seen = first.Text;
    private volatile ServerCertificate _current = first;

    /// <summary>The last good one.</summary>
    public ServerCertificate Current => _current;

    /// <summary>Why what is in the files now is not used; null where it is.</summary>
    public CertificateFault? Refused { get; private set; }

    /// <summary>Takes in what the files hold now. True when that is new, good or not.</summary>
    public bool Reload()
    {
        var text = ServerCertificate.ReadText(certificatePath, keyPath, out var fault);
        if (text == _seen && (text is not null || fault == Refused))
        {
            return false;
        }

        _seen = text;
        if (text is not null && ServerCertificate.Of(text, out fault) is { } certificate)
        {
            _current = certificate;
        }

        Refused = fault;
        return true;
    }

    public static ListenerTls? Read(SettingsSection listener, string directory)
    {
        var section = listener.Section("tls");
        if (!section.Exists)
        {
            return null;
        }

        var (cert, key) = (section.Text("cert"), section.Text("key"));
        foreach (var (name, value) in new[] { ("cert", cert), ("key", key) })
        {
            if (value.Length == 0)
            {
                section.Reject(name, "is missing, and the other half of the pair is there", "name both PEM files, tls.cert and tls.key");
            }
        }

        if (cert.Length == 0 || key.Length == 0)
        {
            return null;
        }

        var (certificatePath, keyPath) = (Path.Combine(directory, cert), Path.Combine(directory, key));
        if (ServerCertificate.ReadText(certificatePath, keyPath, out var fault) is { } text && ServerCertificate.Of(text, out fault) is { } certificate)
        {
            return new(certificatePath, keyPath, certificate);
        }

        section.Reject(fault!.Key, fault.Problem, fault.Fix);
        return null;
    }
}
