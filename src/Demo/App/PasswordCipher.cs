using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Demo.App;

/// <summary>
/// How passwords travel to the app: <c>base64(RSA-2048-PKCS1v1.5(base64(utf8(password))))</c>, with a key pair that every run
/// makes for itself. What is stored and compared is the inner base64 text, never the password itself.
/// </summary>
internal sealed class PasswordCipher
{
    /// <summary>What a ciphertext made for another key decrypts to: the app takes it for a password like any other.</summary>
    private static readonly string Undecryptable = Inner("undecryptable");

    // One pair a process, since making one takes a good part of a second; RSA objects are not promised to be thread-safe.
    private static readonly RSA Shared = RSA.Create(2048);
    private static readonly Lock Turn = new();

    private readonly RSA _rsa = Shared;

    public string PublicKeyPem { get; } = Shared.ExportSubjectPublicKeyInfoPem();

    /// <summary>The inner text of a password, as it is hashed.</summary>
    public static string Inner(string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes(password));

    /// <summary>As the app's frontend does it; RSA-2048 leaves room for about 183 bytes of password.</summary>
    public string Encrypt(string password)
    {
        lock (Turn)
        {
            return Convert.ToBase64String(_rsa.Encrypt(Encoding.ASCII.GetBytes(Inner(password)), RSAEncryptionPadding.Pkcs1));
        }
    }

    /// <summary>The inner text.</summary>
    /// <exception cref="AppException">Not text, not base64 or not 256 bytes.</exception>
    public string Decrypt(Field field)
    {
        var text = field.Text ?? throw new AppException($"TypeError(\"argument should be a bytes-like object or ASCII string, not '{field.PythonType}'\")");
        var bytes = FromBase64(text);
        if (bytes.Length != 256)
        {
            throw new AppException("ValueError('Ciphertext with incorrect length (not 256 bytes)')");
        }

        try
        {
            lock (Turn)
            {
                return Utf8(_rsa.Decrypt(bytes, RSAEncryptionPadding.Pkcs1));
            }
        }
        catch (CryptographicException)
        {
            return Undecryptable;
        }
    }

    /// <summary>As the Go releases do: what is no ciphertext under this key is taken for the inner text itself.</summary>
    public string DecryptOrTake(string text)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var count) || count != 256)
        {
            return text;
        }

        try
        {
            lock (Turn)
            {
                return Encoding.UTF8.GetString(_rsa.Decrypt(bytes[..count], RSAEncryptionPadding.Pkcs1));
            }
        }
        catch (CryptographicException)
        {
            return text;
        }
    }

    /// <summary>The password within an inner text; the app compares these, so this too can fail.</summary>
    /// <exception cref="AppException">The inner text is not base64 of UTF-8.</exception>
    public static string Open(string inner) => Utf8(FromBase64(inner));

    /// <summary>Lenient as the app's: foreign ASCII characters are skipped, then the padding must be right.</summary>
    private static byte[] FromBase64(string text)
    {
        if (text.Any(static c => !char.IsAscii(c)))
        {
            throw new AppException("ValueError('string argument should contain only ASCII characters')");
        }

        try
        {
            return Convert.FromBase64String(string.Concat(text.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=')));
        }
        catch (FormatException)
        {
            throw new AppException("Error('Incorrect padding')");
        }
    }

    private static string Utf8(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new AppException("UnicodeDecodeError('utf-8', 'invalid start byte')");
        }
    }
}
