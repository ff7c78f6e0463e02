using CsCheck;
using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

public sealed class SealerTests
{
    private readonly Sealer _sealer = new(KeyRing.Generate());

    [Fact]
    public void Seal_AnyContent_OpensUnderItsLabelOnly() =>
        Gen.Byte.Array[0, 300].Sample(plain =>
        {
            var message = _sealer.Seal("mail", plain);
            return _sealer.TryOpen("mail", message, out var opened) && opened.AsSpan().SequenceEqual(plain)
                && !_sealer.TryOpen("ticket", message, out _);
        });

    [Fact]
    public void TryOpen_AnyBitFlipped_IsFalse() =>
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[0, int.MaxValue]).Sample((plain, where) =>
        {
            var message = _sealer.Seal("mail", plain);
            message[where / 8 % message.Length] ^= (byte)(1 << (where % 8));
            return !_sealer.TryOpen("mail", message, out _);
        });

    [Fact]
    public void TryOpen_CutShortOrLengthened_IsFalse()
    {
        var message = _sealer.Seal("mail", "content"u8);
        for (var length = 0; length < message.Length; length++)
        {
            Assert.False(_sealer.TryOpen("mail", message.AsSpan(0, length), out _));
        }

        Assert.False(_sealer.TryOpen("mail", [.. message, 0], out _));
    }

    [Fact]
    public void TryOpen_Garbage_IsFalse() => Gen.Byte.Array[0, 200].Sample(message => !_sealer.TryOpen("mail", message, out _));

    [Fact]
    public void TryOpen_KeyOfAnotherRingWithTheSameId_IsFalse() =>
        Assert.False(new Sealer(KeyRing.Generate()).TryOpen("mail", _sealer.Seal("mail", "content"u8), out _));

    [Fact]
    public void TryOpen_OlderKeyOfTheRing_Opens()
    {
        var (older, newer) = (new RingKey("old", new byte[32]), new RingKey("new", new byte[32]));
        var message = new Sealer(new KeyRing([older], new byte[32])).Seal("mail", "content"u8);

        Assert.True(new Sealer(new KeyRing([newer, older], new byte[32])).TryOpen("mail", message, out var plain));
        Assert.Equal("content"u8, plain);
    }
}
