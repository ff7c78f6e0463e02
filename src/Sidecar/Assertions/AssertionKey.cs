using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sidecar.Assertions;

/// <summary>A key that signs assertions.</summary>
internal abstract class AssertionKey(string id)
{
    public string Id { get; } = id;

    /// <summary>The name of the algorithm in a token's head (RFC 7518).</summary>
    public abstract string Algorithm { get; }

    public abstract byte[] Sign(byte[] data);

    /// <summary>Writes what others may know of it into a key set (RFC 7517); nothing of a secret that both sides hold.</summary>
    public abstract void WritePublic(Utf8JsonWriter writer);
}

/// <summary>Signs so that whoever has the public half can check and cannot sign.</summary>
internal sealed class Es256Key(string id, ECDsa key) : AssertionKey(id)
{
    private readonly Lock _lock = new();

    public override string Algorithm => "ES256";

    /// <summary>The key of a PEM text; null where it holds no private key on P-256.</summary>
    public static ECDsa? Read(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            // A public half alone has no private part to export, and is found out here rather than at the first reset.
            return key.ExportParameters(includePrivateParameters: true) is { D: not null, Curve.Oid: { } oid } && (oid.Value == "1.2.840.10045.3.1.7" || oid.FriendlyName is "nistP256" or "ECDSA_P256") ? key : Drop(key);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            return Drop(key);
        }
    }

    public override byte[] Sign(byte[] data)
    {
        lock (_lock)
        {
            return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    public override void WritePublic(Utf8JsonWriter writer)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        writer.WriteStartObject();
        writer.WriteString("kty"u8, "EC");
        writer.WriteString("crv"u8, "P-256");
        writer.WriteString("x"u8, Base64Url.EncodeToString(point.X));
        writer.WriteString("y"u8, Base64Url.EncodeToString(point.Y));
        writer.WriteString("kid"u8, Id);
        writer.WriteString("use"u8, "sig");
        writer.WriteString("alg"u8, Algorithm);
        writer.WriteEndObject();
    }

    private static ECDsa? Drop(ECDsa key)
    {
        key.Dispose();
        return null;
    }
}

/// <summary>Signs with a secret that the app holds too, and so nobody else may.</summary>
internal sealed class Hs256Key(string id, byte[] secret) : AssertionKey(id)
{
    public override string Algorithm => "HS256";

    public override byte[] Sign(byte[] data) => HMACSHA256.HashData(secret, data);

    public override void WritePublic(Utf8JsonWriter writer)
    {
    }
}
