using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecar.Hosting;

/// <summary>A setting that names a PEM file.</summary>
internal static class PemFile
{
    /// <summary>The path, with a fault where the file is not what it should be. Empty where none is named.</summary>
    public static string Read(SettingsSection section, string key, Func<string, bool> isGood, string problem, string fix)
    {
        var file = section.Text(key);
        if (file.Length > 0)
        {
            section.Refers(key, file);
        }

        if (file.Length > 0 && !isGood(file))
        {
            section.Reject(key, problem, fix);
        }

        return file;
    }

    public static bool HoldsCertificates(string file) => CanRead(() =>
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(SmallFile.Text(file));
        return certificates.Count > 0;
    });

    public static bool HoldsKeyPair(string file, string keyFile) => CanRead(() =>
    {
        using var certificate = X509Certificate2.CreateFromPem(SmallFile.Text(file), SmallFile.Text(keyFile.Length > 0 ? keyFile : file));
        return certificate.HasPrivateKey;
    });

    private static bool CanRead(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
