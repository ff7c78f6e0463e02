using CsCheck;
using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

public sealed class CodeTests
{
    private static readonly FlowKey Flow = new(Purpose.Recovery, new AddressName(new string('a', 32)), new string('1', 32));

    [Fact]
    public void Next_AnyLength_IsThatManyCapitals() =>
        Gen.Int[CodeGenerator.MinLength, CodeGenerator.MaxLength].Sample(length =>
        {
            var code = new CodeGenerator(length).Next();
            return code.Length == length && code.All(c => c is >= 'A' and <= 'Z');
        });

    [Theory]
    [InlineData(5)]
    [InlineData(17)]
    public void Generator_LengthOutOfRange_Throws(int length) => Assert.Throws<ArgumentOutOfRangeException>(() => new CodeGenerator(length));

    [Fact]
    public void Next_ManyCodes_UsesEveryLetterAboutEquallyOften()
    {
        var generator = new CodeGenerator(16);
        var counts = new int[26];
        for (var i = 0; i < 26_000 / 16; i++)
        {
            foreach (var letter in generator.Next())
            {
                counts[letter - 'A']++;
            }
        }

        // 1000 expected, standard deviation 31: eight of them.
        Assert.All(counts, count => Assert.InRange(count, 750, 1250));
    }

    [Fact]
    public void Matches_AnyCode_OnlyItself()
    {
        var hasher = new CodeHasher(KeyRing.Generate());
        Gen.Select(Gen.String, Gen.String).Sample((code, other) =>
        {
            var hashed = hasher.Hash(Flow, code);
            return hasher.Matches(hashed, Flow, code) && hasher.Matches(hashed, Flow, other) == (code == other);
        });
    }

    [Fact]
    public void Matches_OtherFlowAddressOrPurpose_IsFalse()
    {
        var hasher = new CodeHasher(KeyRing.Generate());
        var hashed = hasher.Hash(Flow, "ABCDEFGH");

        Assert.True(hasher.Matches(hashed, Flow, "ABCDEFGH"));
        Assert.False(hasher.Matches(hashed, Flow with { Id = new string('2', 32) }, "ABCDEFGH"));
        Assert.False(hasher.Matches(hashed, Flow with { Address = new AddressName(new string('b', 32)) }, "ABCDEFGH"));
        Assert.False(hasher.Matches(hashed, Flow with { Purpose = Purpose.Verification }, "ABCDEFGH"));
        Assert.False(hasher.Matches(hashed with { Salt = new string('0', 32) }, Flow, "ABCDEFGH"));
    }

    [Fact]
    public void Matches_FieldsRegrouped_IsFalse()
    {
        var hasher = new CodeHasher(KeyRing.Generate());
        var hashed = hasher.Hash(Flow with { Id = "12" }, "3ABC");

        Assert.False(hasher.Matches(hashed, Flow with { Id = "123" }, "ABC"));
    }

    [Fact]
    public void Matches_RotatedRing_VerifiesOldCodesAndSignsWithTheNewKey()
    {
        var pepper = new byte[32];
        var (older, newer) = (new RingKey("old", new byte[32]), new RingKey("new", Enumerable.Repeat((byte)1, 32).ToArray()));
        var hashed = new CodeHasher(new KeyRing([older], pepper)).Hash(Flow, "ABCDEFGH");
        var rotated = new CodeHasher(new KeyRing([newer, older], pepper));

        Assert.True(rotated.Matches(hashed, Flow, "ABCDEFGH"));
        Assert.Equal("new", rotated.Hash(Flow, "ABCDEFGH").KeyId);
        Assert.False(new CodeHasher(new KeyRing([newer], pepper)).Matches(hashed, Flow, "ABCDEFGH"));
    }

    [Fact]
    public void Matches_StoredGarbage_IsFalse()
    {
        var ring = KeyRing.Generate();
        var hasher = new CodeHasher(ring);
        Gen.Select(Gen.String, Gen.String).Sample((salt, hash) => !hasher.Matches(new HashedCode(ring.Signing.Id, salt, hash), Flow, "ABCDEFGH"));
    }

    [Fact]
    public void Hash_SameCodeTwice_LooksDifferent()
    {
        var hasher = new CodeHasher(KeyRing.Generate());

        Assert.NotEqual(hasher.Hash(Flow, "ABCDEFGH").Hash, hasher.Hash(Flow, "ABCDEFGH").Hash);
    }
}
