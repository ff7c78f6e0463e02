using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Assertions;

namespace Sidecar.Tests.Assertions;

public sealed class AssertionSignerTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ECDsa _first = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _second = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public void Sign_Es256_HoldsTheClaimsUnderTheFirstKey()
    {
        var token = Signer(new Es256Key("a", _first), new Es256Key("b", _second)).Sign("alice@example.com", "recovery").Split('.');

        using var head = JsonDocument.Parse(Base64Url.DecodeFromChars(token[0]));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token[1]));
        Assert.Equal(("ES256", "a", "JWT"), (Text(head, "alg"), Text(head, "kid"), Text(head, "typ")));
        Assert.Equal(("sidecar", "shop", "alice@example.com", "recovery"), (Text(claims, "iss"), Text(claims, "aud"), Text(claims, "sub"), Text(claims, "purpose")));
        Assert.Equal((1893456000, 1893456030), (claims.RootElement.GetProperty("iat").GetInt64(), claims.RootElement.GetProperty("exp").GetInt64()));
        Assert.Equal(32, Text(claims, "jti").Length);
        Assert.True(_first.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64Url.DecodeFromChars(token[2]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        Assert.False(_second.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64Url.DecodeFromChars(token[2]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    [Fact]
    public void Sign_Hs256_IsTheMacOfTheSecret()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var token = Signer(new Hs256Key("a", secret)).Sign("alice@example.com", "verification").Split('.');

        Assert.Equal(Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"))), token[2]);
    }

    [Fact]
    public void Sign_Twice_NamesTwo()
    {
        var signer = Signer(new Es256Key("a", _first));

        Assert.NotEqual(signer.Sign("a@example.com", "recovery").Split('.')[1], signer.Sign("a@example.com", "recovery").Split('.')[1]);
    }

    [Fact]
    public async Task Sign_ManyAtOnce_AreAllGood()
    {
        var signer = Signer(new Es256Key("a", _first));
        var tokens = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => signer.Sign("a@example.com", "recovery").Split('.'))));

        Assert.All(tokens, token => Assert.True(_first.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64Url.DecodeFromChars(token[2]), HashAlgorithmName.SHA256)));
    }

    [Fact]
    public void KeySet_AllKeys_HoldsPublicHalvesOnly()
    {
        using var set = JsonDocument.Parse(Signer(new Es256Key("a", _first), new Es256Key("b", _second)).KeySet());
        var keys = set.RootElement.GetProperty("keys").EnumerateArray().ToArray();

        Assert.Equal(["a", "b"], keys.Select(static key => key.GetProperty("kid").GetString()));
        Assert.All(keys, static key => Assert.Equal(["kty", "crv", "x", "y", "kid", "use", "alg"], key.EnumerateObject().Select(static member => member.Name)));
        Assert.Equal(_first.ExportParameters(false).Q.X, Base64Url.DecodeFromChars(keys[0].GetProperty("x").GetString()));
    }

    [Fact]
    public void KeySet_SharedSecret_IsEmpty() =>
        Assert.Equal("""{"keys":[]}""", Encoding.UTF8.GetString(Signer(new Hs256Key("a", RandomNumberGenerator.GetBytes(32))).KeySet()));

    [Fact]
    public void Exchange_KeyOfTheSameAlgorithm_SignsAndIsPublished()
    {
        var signer = Signer(new Es256Key("old", _first));

        Assert.True(signer.Exchange([new Es256Key("new", _second), new Es256Key("old", _first)]));

        Assert.Equal("new", KeyOf(signer));
        Assert.Contains("\"new\"", Encoding.UTF8.GetString(signer.KeySet()), StringComparison.Ordinal);
    }

    [Fact]
    public void Exchange_NoKeyOrAnotherAlgorithm_ChangesNothing()
    {
        var signer = Signer(new Es256Key("old", _first));

        Assert.False(signer.Exchange([]));
        Assert.False(signer.Exchange([new Hs256Key("new", new byte[32])]));

        Assert.Equal("old", KeyOf(signer));
    }

    private static string KeyOf(AssertionSigner signer)
    {
        using var head = JsonDocument.Parse(Base64Url.DecodeFromChars(signer.Sign("a@example.org", "recovery").Split('.')[0]));
        return head.RootElement.GetProperty("kid").GetString()!;
    }

    private AssertionSigner Signer(params AssertionKey[] keys) => new(new(keys, "sidecar", "shop", "Sidecar-Assertion", TimeSpan.FromSeconds(30)), _clock);

    private static string Text(JsonDocument document, string name) => document.RootElement.GetProperty(name).GetString()!;
}
