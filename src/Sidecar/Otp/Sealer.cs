using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Otp;

/// <summary>
/// Hides and authenticates what leaves our hands (tickets) or waits in a store (mails to be). AES-256-GCM under a key of its
/// own for each message, derived from the ring, so that random nonces never run out.
/// Layout: version, key tag (4), salt (12), nonce (12), ciphertext, tag (16); all before the ciphertext is authenticated too.
/// </summary>
internal sealed class Sealer(KeyRing ring)
{
    private const byte Version = 1;
    private const int KeyTagBytes = 4;
    private const int SaltBytes = 12;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int SaltStart = 1 + KeyTagBytes;
    private const int NonceStart = SaltStart + SaltBytes;
    private const int HeaderBytes = NonceStart + NonceBytes;

    /// <summary>How much longer a sealed message is than its content.</summary>
    public const int Overhead = HeaderBytes + TagBytes;

    /// <param name="label">What the message is for; it opens only under the same label.</param>
    /// <param name="plain">The content.</param>
    public byte[] Seal(string label, ReadOnlySpan<byte> plain)
    {
        var message = new byte[Overhead + plain.Length];
        message[0] = Version;
        var signing = ring.Signing;
        KeyTag(signing).CopyTo(message.AsSpan(1));
        RandomNumberGenerator.Fill(message.AsSpan(SaltStart, SaltBytes + NonceBytes));
        var header = message.AsSpan(0, HeaderBytes);
        using var aes = Aes(signing, label, header);
        aes.Encrypt(header[NonceStart..], plain, message.AsSpan(HeaderBytes, plain.Length), message.AsSpan(message.Length - TagBytes), header);
        return message;
    }

    /// <summary>False for whatever was not sealed under this label and a key of the ring. Never throws.</summary>
    public bool TryOpen(string label, ReadOnlySpan<byte> message, [NotNullWhen(true)] out byte[]? plain)
    {
        plain = null;
        if (message.Length < Overhead || message[0] != Version)
        {
            return false;
        }

        var header = message[..HeaderBytes];
        foreach (var key in ring.Keys)
        {
            if (header[1..SaltStart].SequenceEqual(KeyTag(key)) && TryOpen(key, label, header, message, out plain))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryOpen(RingKey key, string label, ReadOnlySpan<byte> header, ReadOnlySpan<byte> message, [NotNullWhen(true)] out byte[]? plain)
    {
        var content = new byte[message.Length - Overhead];
        using var aes = Aes(key, label, header);
        try
        {
            aes.Decrypt(header[NonceStart..], message[HeaderBytes..^TagBytes], message[^TagBytes..], content, header);
            plain = content;
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            plain = null;
            return false;
        }
    }

    private static AesGcm Aes(RingKey key, string label, ReadOnlySpan<byte> header) =>
        new(key.Derive($"seal/{label}", header[SaltStart..NonceStart]), TagBytes);

    private static ReadOnlySpan<byte> KeyTag(RingKey key) => SHA256.HashData(Encoding.UTF8.GetBytes(key.Id)).AsSpan(0, KeyTagBytes);
}
