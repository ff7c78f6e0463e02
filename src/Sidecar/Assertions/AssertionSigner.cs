using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sidecar.Assertions;

/// <summary>
/// Says to the app, in a form that nobody else can make, that a client has proven to control an address: a JWT (RFC 7519) in its
/// compact form. It lives for a minute at most and has a name of its own, by which the app takes it once.
/// </summary>
internal sealed class AssertionSigner(AssertionOptions options, TimeProvider clock)
{
    private const int IdBytes = 16;

    private volatile IReadOnlyList<AssertionKey> _keys = options.Keys;

    /// <summary>Signs with the first of these from now on and publishes all. False where there are none, or for another algorithm.</summary>
    public bool Exchange(IReadOnlyList<AssertionKey> next)
    {
        if (next.Count == 0 || next[0].Algorithm != _keys[0].Algorithm)
        {
            return false;
        }

        _keys = next;
        return true;
    }

    /// <param name="address">The proven address.</param>
    /// <param name="purpose">What it was proven for: <c>recovery</c> or <c>verification</c>.</param>
    public string Sign(string address, string purpose)
    {
        var key = _keys[0];
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var head = Encode(writer =>
        {
            writer.WriteString("alg"u8, key.Algorithm);
            writer.WriteString("typ"u8, "JWT");
            writer.WriteString("kid"u8, key.Id);
        });
        var claims = Encode(writer =>
        {
            writer.WriteString("iss"u8, options.Issuer);
            writer.WriteString("aud"u8, options.Audience);
            writer.WriteString("sub"u8, address);
            writer.WriteString("purpose"u8, purpose);
            writer.WriteNumber("iat"u8, now);
            writer.WriteNumber("exp"u8, now + (long)options.Lifetime.TotalSeconds);
            writer.WriteString("jti"u8, RandomNumberGenerator.GetHexString(IdBytes * 2, lowercase: true));
        });
        var signed = $"{head}.{claims}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The public halves of all keys (RFC 7517): an app finds the one that signed by its id, also while keys are exchanged.</summary>
    public byte[] KeySet()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("keys"u8);
            foreach (var key in _keys)
            {
                key.WritePublic(writer);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string Encode(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}
