using Microsoft.Extensions.Time.Testing;
using Sidecar.Captcha;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Tests.Accounts;
using Sidecar.Tests.Contracts;
using Sidecar.Tests.Proof;
using Sidecar.Throttling;

namespace Sidecar.Tests.Recovery;

/// <summary>The flow over the memory store, with everything around it in hand.</summary>
internal sealed class RecoveryWorld : IDisposable
{
    public const string Alice = "alice@example.com";
    public const string Answer = "ACE49";

    private readonly CaptchaPainter _painter = new();
    private readonly CaptchaChallenges _captchas;

    public RecoveryWorld(Func<RecoveryOptions, RecoveryOptions>? options = null, bool hasRelay = true, StoreOptions? store = null)
    {
        Options = (options ?? (static defaults => defaults))(RecoverySamples.Options);
        var captcha = new CaptchaOptions { FixedAnswer = Answer };
        _captchas = new(captcha, _painter);
        Keys = KeyRing.Generate();
        Store = new(new MemoryOtpStore(Clock, store ?? new StoreOptions()));
        Tickets = new(new Sealer(Keys));
        Mail = new(new SmtpOptions { Server = hasRelay ? "relay" : "" }, Accounts, Clock);
        Flow = new(Options.Proof, _captchas, Store, Tickets, Keys, new CodeGenerator(Options.CodeLength), new CodeHasher(Keys), Outbox, Mail, RecoverySamples.Limits(Clock), Clock);
    }

    public RecoveryOptions Options { get; }

    public KeyRing Keys { get; }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public FakeAccounts Accounts { get; } = new(Alice);

    public FakeOutbox Outbox { get; } = new();

    public RecordingStore Store { get; }

    public TicketSealer Tickets { get; }

    public RecoveryMail Mail { get; }

    public ProofFlow Flow { get; }

    /// <summary>The steps under the other purpose, over the same store, keys, queue and limits.</summary>
    public ProofFlow FlowOf(ProofOptions options, IProofMail mail, CodeGenerator? codes = null) =>
        new(options, _captchas, Store, Tickets, Keys, codes ?? new CodeGenerator(), new CodeHasher(Keys), Outbox, mail, RecoverySamples.Limits(Clock), Clock);

    public static RecoveryWorld AnsweringLikeTheApp() => new(static defaults => defaults with { Answers = AnswerStyle.App });

    public ValueTask<ProofOutcome> CaptchaAsync(string? address = Alice, string? ticket = null) => Flow.CaptchaAsync(address, ticket, default);

    public ValueTask<ProofOutcome> SendAsync(string? ticket, string answer = Answer, string? address = Alice, string network = "192.0.2.1") =>
        Flow.SendCodeAsync(address, answer, ticket, network, default);

    public ValueTask<ProofOutcome> VerifyAsync(string? ticket, string code, string? address = Alice) => Flow.VerifyAsync(address, code, ticket, default);

    public ValueTask<ProofOutcome> ReserveAsync(string? ticket, string? address = Alice) => Flow.ReserveAsync(address, ticket, TimeSpan.FromSeconds(30), default);

    /// <summary>A ticket with a picture to answer.</summary>
    public async Task<string> ShownAsync(string address = Alice, string? ticket = null) => (await CaptchaAsync(address, ticket)).Ticket!;

    /// <summary>A ticket whose code is on its way.</summary>
    public async Task<string> SentAsync(string address = Alice, string network = "192.0.2.1")
    {
        var outcome = await SendAsync(await ShownAsync(address), address: address, network: network);
        Assert.IsType<ProofOutcome.CodeSent>(outcome);
        return outcome.Ticket!;
    }

    /// <summary>A ticket of a proven address.</summary>
    public async Task<string> VerifiedAsync(string address = Alice)
    {
        var ticket = await SentAsync(address);
        var outcome = await VerifyAsync(ticket, Outbox.LastCode, address);
        Assert.IsType<ProofOutcome.Verified>(outcome);
        return outcome.Ticket!;
    }

    public Ticket Open(string? ticket) => Tickets.Open(ticket, Purpose.Recovery)!;

    public void Dispose()
    {
        _captchas.Dispose();
        _painter.Dispose();
    }
}
