using System.Security.Cryptography;
using System.Text;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>Passwords as the app's frontend sends them: base64, under the app's public key, base64 again.</summary>
internal sealed class PasswordCipher : IDisposable
{
    private readonly RSA key = RSA.Create();

    public PasswordCipher(string publicKeyPem) => key.ImportFromPem(publicKeyPem);

    public string Encrypt(string password) => EncryptRaw(Convert.ToBase64String(Encoding.UTF8.GetBytes(password)));

    /// <summary>Without the inner base64, which the app expects.</summary>
    public string EncryptRaw(string text) =>
        Convert.ToBase64String(key.Encrypt(Encoding.UTF8.GetBytes(text), RSAEncryptionPadding.Pkcs1));

    public static string EncryptWithOtherKey(string password)
    {
        using var other = RSA.Create(2048);
        using var cipher = new PasswordCipher(other.ExportSubjectPublicKeyInfoPem());
        return cipher.Encrypt(password);
    }

    public void Dispose() => key.Dispose();
}
