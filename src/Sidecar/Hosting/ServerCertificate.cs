using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecar.Hosting;

/// <summary>What is wrong with a certificate or its key.</summary>
/// <param name="Key">The setting that names the file: <c>cert</c> or <c>key</c>.</param>
/// <param name="Problem">What is wrong, without a closing full stop.</param>
/// <param name="Fix">What to do.</param>
internal sealed record CertificateFault(string Key, string Problem, string Fix);

/// <summary>A certificate with its chain and key as PEM files held them, ready for handshakes.</summary>
internal sealed class ServerCertificate
{
    private ServerCertificate(X509Certificate2 leaf, X509Certificate2Collection chain, string text)
    {
        Text = text;
        ExpiresAt = leaf.NotAfter.ToUniversalTime();
        // What intermediates are missing in the file is not looked for over the network.
        Context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    public SslStreamCertificateContext Context { get; }

    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Both files as they were read.</summary>
    public string Text { get; }

    /// <summary>Both files as they are; null where one cannot be read, with the reason.</summary>
    public static string? ReadText(string certificate, string key, out CertificateFault? fault)
    {
        var text = ReadFile("cert", certificate, out fault);
        return text is not null && ReadFile("key", key, out fault) is { } keyText ? $"{text}\0{keyText}" : null;
    }

    /// <summary>Makes a certificate of both files' text; null where they are no pair, with the reason.</summary>
    public static ServerCertificate? Of(string text, out CertificateFault? fault)
    {
        var parts = text.Split('\0', 2);
        if (ReadChain(parts[0]) is not [_, ..] chain)
        {
            fault = new("cert", "holds no certificate in PEM", "give a file that begins with -----BEGIN CERTIFICATE-----, the server's own first, then its intermediates");
            return null;
        }

        if (HasLabel(parts[1], static label => label.StartsWith("ENCRYPTED", StringComparison.Ordinal)) || parts[1].Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            fault = new("key", "is protected by a password", "take it off with `openssl pkey -in KEY -out PLAIN`, and keep the file readable for the sidecar alone");
            return null;
        }

        if (!HasLabel(parts[1], static label => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)))
        {
            fault = new("key", "holds no private key in PEM", "give a file with -----BEGIN PRIVATE KEY-----");
            return null;
        }

        try
        {
            fault = null;
            return new(X509Certificate2.CreateFromPem(parts[0], parts[1]), [.. chain.Skip(1)], text);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            fault = new("key", "is not the key of the certificate", "give the key that the certificate was made with, and the server's own certificate first in its file");
            return null;
        }
    }

    private static X509Certificate2Collection ReadChain(string pem)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            chain.Clear();
        }

        return chain;
    }

    private static string? ReadFile(string key, string path, out CertificateFault? fault)
    {
        fault = null;
        try
        {
            if (SmallFile.Text(path) is { } text)
            {
                return text.Replace("\0", "", StringComparison.Ordinal);
            }

            fault = new(key, "is far too long for PEM", "give the path of a PEM file, absolute or from the settings folder");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            fault = new(key, "names no file", "give the path of a PEM file, absolute or from the settings folder");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            fault = new(key, SmallFile.Problem(error), error is NoFileException ? "give the path of a PEM file, absolute or from the settings folder" : "let the user that runs the sidecar read it");
        }

        return null;
    }

    private static bool HasLabel(ReadOnlySpan<char> pem, Predicate<string> isMeant)
    {
        while (PemEncoding.TryFind(pem, out var fields))
        {
            if (isMeant(pem[fields.Label].ToString()))
            {
                return true;
            }

            pem = pem[fields.Location.End..];
        }

        return false;
    }
}
