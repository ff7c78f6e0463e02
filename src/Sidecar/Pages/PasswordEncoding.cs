using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Pages;

/// <summary>How the app takes a password: as it is, as RAGFlow's own frontend sends it, or as that is without its encryption.</summary>
internal sealed class PasswordEncoding
{
    private const int PlainBytes = 1024;

    /// <summary>What PKCS #1 v1.5 adds at least.</summary>
    private const int Padding = 11;

    private volatile string? _publicKey;

    private readonly bool _isPlain;

    private PasswordEncoding(string? publicKey, int mostBytes, bool isPlain = false) => (_publicKey, MostBytes, _isPlain) = (publicKey, mostBytes, isPlain);

    /// <summary>The password's own text.</summary>
    public static PasswordEncoding Plain { get; } = new(null, PlainBytes, isPlain: true);

    /// <summary>base64(password): what RAGFlow hashes once it has decrypted a password, for handlers that decrypt none.</summary>
    public static PasswordEncoding Base64 { get; } = new(null, PlainBytes);

    /// <summary>The longest password, in bytes of UTF-8.</summary>
    public int MostBytes { get; }

    /// <summary>base64(RSA(base64(password))), under the app's public key.</summary>
    /// <exception cref="CryptographicException">It is no public RSA key of 2048 bits or more.</exception>
    public static PasswordEncoding RagflowRsa(string pem)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            // Checks the size, too: what is encrypted with is never smaller.
            return rsa.KeySize >= 2048 ? new(pem, ((rsa.KeySize / 8) - Padding) / 4 * 3) : throw new CryptographicException("The key is shorter than 2048 bits.");
        }
        catch (ArgumentException error)
        {
            throw new CryptographicException("There is no key in it.", error);
        }
    }

    /// <summary>Takes another key of the same length. False for any other, which would let in other passwords.</summary>
    public bool Exchange(PasswordEncoding next)
    {
        if (_publicKey is null || next._publicKey is null || next.MostBytes != MostBytes)
        {
            return false;
        }

        _publicKey = next._publicKey;
        return true;
    }

    public string Encode(string password)
    {
        if (_isPlain)
        {
            return password;
        }

        var inner = Convert.ToBase64String(Encoding.UTF8.GetBytes(password));
        if (_publicKey is not { } key)
        {
            return inner;
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(key);
        return Convert.ToBase64String(rsa.Encrypt(Encoding.ASCII.GetBytes(inner), RSAEncryptionPadding.Pkcs1));
    }
}
