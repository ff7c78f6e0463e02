using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Sidecar.Hosting;

namespace Sidecar.Otp;

/// <summary>
/// The secrets that are ours. The ring's first key signs and all verify, so that keys can be exchanged while codes are in
/// flight; the pepper names addresses and so does not rotate.
/// </summary>
internal sealed class KeyRing
{
    /// <summary>The id of a key that nobody wrote down.</summary>
    public const string MadeUp = "generated";

    /// <summary>The least a secret holds.</summary>
    public const int SecretBytes = 32;

    private const int AddressNameBytes = 16;
    private const int NetworkNameBytes = 8;

    private readonly byte[] _pepper;
    private volatile IReadOnlyList<RingKey> _keys;

    public KeyRing(IReadOnlyList<RingKey> keys, byte[] pepper)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count);
        _keys = keys;
        _pepper = pepper;
    }

    /// <summary>All keys, the signing one first.</summary>
    public IReadOnlyList<RingKey> Keys => _keys;

    public RingKey Signing => Keys[0];

    /// <summary>Whether the keys end with the process.</summary>
    public bool IsMadeUp => Signing.Id == MadeUp;

    /// <summary>A ring for as long as the process lives: enough where the state lives no longer either.</summary>
    public static KeyRing Generate() => new([new RingKey(MadeUp, RandomNumberGenerator.GetBytes(SecretBytes))], RandomNumberGenerator.GetBytes(SecretBytes));

    /// <remarks>
    /// <c>keys[].id</c>: a name for the key: letters, digits, dots, dashes, underscores.
    /// <c>keys[].secret</c>: the first signs, all verify; <c>sidecar keygen</c> prints them. Required with Redis; made up with the memory store or in Development.
    /// <c>pepper</c>: names addresses in the store; not rotated. Required as the keys are.
    /// </remarks>
    /// <summary>
    /// Reads <c>keys[]</c> and <c>pepper</c> at the top of the settings; what is not there is made up, and is a fault where
    /// <paramref name="required"/> (Redis outside Development, whose state outlives the process).
    /// </summary>
    public static KeyRing Read(SettingsSection root, bool required = false) => KeyRingReader.Read(root, required);

    /// <summary>A fresh secret as <c>sidecar keygen</c> prints it.</summary>
    public static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Takes the keys of another ring and keeps the pepper. False where either's are made up: those end with the process.</summary>
    public bool Exchange(KeyRing next)
    {
        if (IsMadeUp || next.IsMadeUp)
        {
            return false;
        }

        _keys = next.Keys;
        return true;
    }

    public bool TryFind(string id, [NotNullWhen(true)] out RingKey? key)
    {
        key = Keys.FirstOrDefault(candidate => candidate.Id == id);
        return key is not null;
    }

    public AddressName Name(string normalisedAddress) => new(Keyed("address", normalisedAddress, AddressNameBytes));

    public string NetworkName(string clientNetwork) => Keyed("network", clientNetwork, NetworkNameBytes);

    private string Keyed(string what, string value, int bytes)
    {
        var mac = HMACSHA256.HashData(_pepper, Encoding.UTF8.GetBytes($"{what}\0{value}"));
        return Convert.ToHexStringLower(mac.AsSpan(0, bytes));
    }
}

/// <summary>One key of the ring.</summary>
internal sealed class RingKey(string id, byte[] secret)
{
    public string Id { get; } = id;

    /// <summary>The key for one use, so that what is made for one is nothing to another.</summary>
    public byte[] Derive(string use, ReadOnlySpan<byte> salt = default)
    {
        var label = Encoding.UTF8.GetBytes(use);
        var info = new byte[label.Length + 1 + salt.Length];
        label.CopyTo(info, 0);
        salt.CopyTo(info.AsSpan(label.Length + 1));
        return HMACSHA256.HashData(secret, info);
    }
}
