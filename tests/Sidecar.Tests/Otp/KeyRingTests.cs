using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

public sealed class KeyRingTests
{
    private static readonly string Secret = KeyRing.NewSecret();

    [Fact]
    public void Read_TwoKeys_FirstSigns()
    {
        var ring = Read(out var faults, required: true, ("keys[0].id", "new"), ("keys[0].secret", Secret), ("keys[1].id", "old"),
            ("keys[1].secret", KeyRing.NewSecret()), ("pepper", KeyRing.NewSecret()));

        Assert.Empty(faults);
        Assert.Equal("new", ring.Signing.Id);
        Assert.True(ring.TryFind("old", out _));
        Assert.False(ring.TryFind("older", out _));
    }

    [Fact]
    public void Read_Base64UrlSecret_IsTheSameAsBase64()
    {
        var bytes = Enumerable.Repeat((byte)0xff, 32).ToArray();
        var plain = Read(out var faults, true, ("keys[0].id", "k"), ("keys[0].secret", Convert.ToBase64String(bytes)), ("pepper", Secret));
        var url = Read(out var urlFaults, true, ("keys[0].id", "k"), ("keys[0].secret", System.Buffers.Text.Base64Url.EncodeToString(bytes)), ("pepper", Secret));

        Assert.Empty(faults);
        Assert.Empty(urlFaults);
        Assert.Equal(plain.Signing.Derive("x"), url.Signing.Derive("x"));
        Assert.Equal(plain.Name("a@example.com"), url.Name("a@example.com"));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("not base64 at all, though it is long enough to be one")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public void Read_BadSecret_NamesKeygenAndHidesTheValue(string secret)
    {
        Read(out var faults, false, ("keys[0].id", "k"), ("keys[0].secret", secret), ("pepper", Secret));

        var fault = Assert.Single(faults);
        Assert.Equal("keys[0].secret", fault.Key);
        Assert.Contains("sidecar keygen", fault.Fix, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SameIdTwice_IsAFault()
    {
        Read(out var faults, false, ("keys[0].id", "k"), ("keys[0].secret", Secret), ("keys[1].id", "k"), ("keys[1].secret", Secret));

        Assert.Equal("keys[1].id", Assert.Single(faults).Key);
    }

    [Fact]
    public void Read_NothingWhereRequired_MissesKeysAndPepper()
    {
        Read(out var faults, required: true);

        Assert.Equal(["keys", "pepper"], faults.Select(fault => fault.Key));
    }

    [Fact]
    public void Read_NothingWhereNotRequired_MakesARingUp()
    {
        var ring = Read(out var faults, required: false);

        Assert.Empty(faults);
        Assert.NotEqual(KeyRing.Generate().Name("a"), ring.Name("a"));
    }

    [Fact]
    public void Name_Address_Is128BitsOfHexAndNotTheNetworksName()
    {
        var ring = KeyRing.Generate();

        Assert.Matches("^[0-9a-f]{32}$", ring.Name("alice@example.com").Value);
        Assert.Equal(ring.Name("alice@example.com"), ring.Name("alice@example.com"));
        Assert.NotEqual(ring.Name("alice@example.com"), ring.Name("bob@example.com"));
        Assert.Matches("^[0-9a-f]{16}$", ring.NetworkName("192.0.2.1"));
        Assert.False(ring.Name("192.0.2.1").Value.StartsWith(ring.NetworkName("192.0.2.1"), StringComparison.Ordinal));
    }

    private static KeyRing Read(out List<Fault> faults, bool required, params (string Key, string Value)[] settings)
    {
        var root = TestSettings.Of(settings);
        var ring = KeyRing.Read(root, required);
        faults = root.Faults;
        return ring;
    }
}
