using System.Security.Cryptography;
using Sidecar.Otp;
using Sidecar.Pages;

namespace Sidecar.Tests.Reload;

/// <summary>What single parts make of new settings.</summary>
public sealed class ReloadPartsTests
{
    [Theory]
    [InlineData("limits", true)]
    [InlineData("limits.client.permits", true)]
    [InlineData("limits[0]", true)]
    [InlineData("limitsof.client", false)]
    [InlineData("captcha.limits", false)]
    public void Owns_Key_IsThatOrBelow(string key, bool owned) => Assert.Equal(owned, new ReloadPart(["limits"], static _ => true).Owns(key));

    [Fact]
    public void KeyRing_Exchanged_SignsWithTheNewKeyAndKeepsThePepper()
    {
        var pepper = RandomNumberGenerator.GetBytes(32);
        var (old, fresh) = (Key("old"), Key("new"));
        var ring = new KeyRing([old], pepper);
        var (sealer, name) = (new Sealer(ring), ring.Name("a@example.org"));
        var message = sealer.Seal("ticket", "x"u8);

        Assert.True(ring.Exchange(new KeyRing([fresh, old], RandomNumberGenerator.GetBytes(32))));
        Assert.True(sealer.TryOpen("ticket", message, out _));
        Assert.Equal("new", ring.Signing.Id);
        Assert.Equal(name, ring.Name("a@example.org"));

        Assert.True(ring.Exchange(new KeyRing([fresh], pepper)));
        Assert.False(sealer.TryOpen("ticket", message, out _));
    }

    [Fact]
    public void KeyRing_MadeUpKeys_AreNotExchanged()
    {
        var ring = new KeyRing([Key("a")], []);

        Assert.False(ring.Exchange(KeyRing.Generate()));
        Assert.False(KeyRing.Generate().Exchange(ring));
        Assert.Equal("a", ring.Signing.Id);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(3072, false)]
    public void PasswordEncoding_OtherKey_IsTakenAtTheSameLength(int bits, bool taken)
    {
        using var first = RSA.Create(2048);
        using var second = RSA.Create(bits);
        var encoding = PasswordEncoding.RagflowRsa(first.ExportSubjectPublicKeyInfoPem());

        Assert.Equal(taken, encoding.Exchange(PasswordEncoding.RagflowRsa(second.ExportSubjectPublicKeyInfoPem())));

        var reader = taken ? second : first;
        Assert.Equal(Convert.ToBase64String("secret"u8), System.Text.Encoding.ASCII.GetString(reader.Decrypt(Convert.FromBase64String(encoding.Encode("secret")), RSAEncryptionPadding.Pkcs1)));
        Assert.False(PasswordEncoding.Plain.Exchange(encoding));
    }

    private static RingKey Key(string id) => new(id, RandomNumberGenerator.GetBytes(32));
}
