using CsCheck;
using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

public sealed class TicketSealerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_123);
    private static readonly AddressName Address = KeyRing.Generate().Name("alice@example.com");

    private readonly TicketSealer _sealer = new(new Sealer(KeyRing.Generate()));

    [Fact]
    public void Open_AnyTicket_IsTheOneSealed()
    {
        var instant = Gen.Long[0, 4_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds);
        var captcha = Gen.Select(Gen.String[0, 40], instant, (answer, ends) => new TicketCaptcha(Ticket.NewId(), answer, ends));
        var ticket = Gen.Select(Gen.Enum<Purpose>(), Gen.Enum<TicketStage>(), Gen.Bool, captcha, instant, (purpose, stage, shown, picture, issued) =>
            new Ticket(purpose, Address, Ticket.NewId(), stage, shown ? picture : null, issued));

        ticket.Where(t => t.Captcha is null || IsText(t.Captcha.Answer)).Sample(t => _sealer.Open(_sealer.Seal(t), t.Purpose) == t);
    }

    [Fact]
    public void NewId_Each_Has128Bits()
    {
        var ids = Enumerable.Range(0, 1000).Select(static _ => Ticket.NewId()).ToList();

        Assert.All(ids, static id => Assert.Equal(128, Convert.FromHexString(id).Length * 8));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void Open_OtherPurpose_IsNull()
    {
        var text = _sealer.Seal(Ticket.New(Purpose.Recovery, Address, Now));

        Assert.NotNull(_sealer.Open(text, Purpose.Recovery));
        Assert.Null(_sealer.Open(text, Purpose.Verification));
    }

    [Fact]
    public void Open_AnyCharacterChanged_IsNull()
    {
        var text = _sealer.Seal(Ticket.New(Purpose.Recovery, Address, Now, new TicketCaptcha(Ticket.NewId(), "K7PQX", Now)));
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n";
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var c in alphabet.Where(c => c != text[i]))
            {
                Assert.Null(_sealer.Open($"{text[..i]}{c}{text[(i + 1)..]}", Purpose.Recovery));
            }
        }
    }

    [Fact]
    public void Open_SpacesOrPaddingAdded_IsNull()
    {
        var text = _sealer.Seal(Ticket.New(Purpose.Recovery, Address, Now));

        Assert.All([$" {text}", $"{text} ", $"{text}=", $"{text}==", $"{text}\n"], spelling => Assert.Null(_sealer.Open(spelling, Purpose.Recovery)));
    }

    [Fact]
    public void Open_Garbage_IsNull() => Gen.String.Sample(text => _sealer.Open(text, Purpose.Recovery) is null);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Open_Nothing_IsNull(string? text) => Assert.Null(_sealer.Open(text, Purpose.Recovery));

    [Fact]
    public void Open_OverLong_IsNull()
    {
        var ticket = Ticket.New(Purpose.Recovery, Address, Now, new TicketCaptcha(Ticket.NewId(), new string('A', 2000), Now));

        Assert.Null(_sealer.Open(_sealer.Seal(ticket), Purpose.Recovery));
    }

    [Fact]
    public void Seal_UsualTicket_FitsACookieEasily() =>
        Assert.InRange(_sealer.Seal(Ticket.New(Purpose.Recovery, Address, Now, new TicketCaptcha(Ticket.NewId(), "K7PQX", Now))).Length, 100, 300);

    [Fact]
    public void Rotated_Ticket_HasAnotherFlowAndNoCaptcha()
    {
        var ticket = Ticket.New(Purpose.Recovery, Address, Now, new TicketCaptcha(Ticket.NewId(), "K7PQX", Now));

        var rotated = ticket.Rotated(Now, "alice@example.com");

        Assert.NotEqual(ticket.FlowId, rotated.FlowId);
        Assert.Matches("^[0-9a-f]{32}$", rotated.FlowId);
        Assert.Equal((TicketStage.Verified, null, ticket.AddressName), (rotated.Stage, rotated.Captcha, rotated.AddressName));
    }

    [Fact]
    public void Open_VerifiedTicket_HasItsAddressAndHidesIt()
    {
        var rotated = Ticket.New(Purpose.Verification, Address, Now).Rotated(Now, "alice@example.com");

        Assert.Equal(rotated, _sealer.Open(_sealer.Seal(rotated), Purpose.Verification));
        Assert.DoesNotContain("alice", rotated.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_TicketWithCaptcha_HidesTheAnswer() =>
        Assert.DoesNotContain(
            "K7PQX", Ticket.New(Purpose.Recovery, Address, Now, new TicketCaptcha(Ticket.NewId(), "K7PQX", Now)).ToString(), StringComparison.Ordinal);

    private static bool IsText(string text) => text.All(c => !char.IsSurrogate(c));
}
