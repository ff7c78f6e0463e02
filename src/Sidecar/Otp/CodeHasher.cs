using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Otp;

/// <summary>
/// Turns codes into what may be stored. Keyed, since 37 bits of code would not outlast a plain hash; bound to its flow, so
/// that a code copied to another flow's place proves nothing.
/// </summary>
internal sealed class CodeHasher(KeyRing ring)
{
    private const int SaltBytes = 16;
    private const string Use = "code";

    public HashedCode Hash(FlowKey flow, string code)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var signing = ring.Signing;
        return new HashedCode(signing.Id, Convert.ToHexStringLower(salt), Convert.ToHexStringLower(Mac(signing, salt, flow, code)));
    }

    /// <summary>Whether the code is the one that was hashed, in a time that does not depend on where they differ.</summary>
    public bool Matches(HashedCode hashed, FlowKey flow, string candidate)
    {
        Span<byte> salt = stackalloc byte[SaltBytes];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return ring.TryFind(hashed.KeyId, out var key)
            && TryDecode(hashed.Salt, salt)
            && TryDecode(hashed.Hash, hash)
            && CryptographicOperations.FixedTimeEquals(hash, Mac(key, salt, flow, candidate));
    }

    private static byte[] Mac(RingKey key, ReadOnlySpan<byte> salt, FlowKey flow, string code)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Derive(Use));
        Append(mac, salt);
        Append(mac, [(byte)flow.Purpose]);
        Append(mac, Encoding.UTF8.GetBytes(flow.Address.Value));
        Append(mac, Encoding.UTF8.GetBytes(flow.Id));
        Append(mac, Encoding.UTF8.GetBytes(code));
        return mac.GetHashAndReset();
    }

    /// <summary>Each field behind its length, so that no two lists of fields read the same.</summary>
    private static void Append(IncrementalHash mac, ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
        mac.AppendData(length);
        mac.AppendData(field);
    }

    private static bool TryDecode(string hex, Span<byte> bytes) =>
        Convert.FromHexString(hex, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == bytes.Length;
}
