using System.Text;
using Sidecar.Accounts;
using Sidecar.Captcha;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Throttling;

namespace Sidecar.Tests.Proof;

/// <summary>The flow over a store, with an inbox for a relay and captchas that are solved without being looked at.</summary>
internal sealed class AttackedWorld : IAsyncDisposable
{
    private const string Victim = "alice@acme.test";
    private const string Answer = "ACEHK";

    private readonly KeyRing _keys = KeyRing.Generate();
    private readonly CaptchaPainter _painter = new();
    private readonly CaptchaChallenges _captchas;
    private readonly TicketSealer _tickets;
    private readonly ProofFlow _flow;
    private readonly TimeProvider _time;

    public AttackedWorld(IOtpStore store, TimeProvider time, Action<TimeSpan> advance, LimitCatalog? catalog = null, params (string Key, string Value)[] settings)
    {
        _time = time;
        Advance = advance;
        Inbox = new Inbox(time);
        _captchas = new CaptchaChallenges(new CaptchaOptions(), _painter);
        _tickets = new TicketSealer(new Sealer(_keys));
        catalog ??= new LimitCatalog();
        var accounts = new AnyAccount();
        _flow = new ProofFlow(
            RecoveryOptions.Read(Settings(settings)).Proof,
            _captchas,
            store,
            _tickets,
            _keys,
            new CodeGenerator(),
            new CodeHasher(_keys),
            Inbox,
            new RecoveryMail(new SmtpOptions { Server = "relay.test" }, accounts, time),
            new ProofLimits(catalog, new AxisLimiters(time, shared: null).Of(catalog.Domain)),
            time);
    }

    public Inbox Inbox { get; }

    public Action<TimeSpan> Advance { get; }

    /// <summary>A ticket whose captcha is about to be answered; of the same flow as the one given, if that is still open.</summary>
    public string Solve(string? ticket, string address = Victim)
    {
        var now = _time.GetUtcNow();
        var open = _tickets.Open(ticket, Purpose.Recovery) ?? Ticket.New(Purpose.Recovery, _keys.Name(address), now);
        return _tickets.Seal(open.WithCaptcha(new TicketCaptcha(Ticket.NewId(), Answer, now + _captchas.Lifetime), now));
    }

    public async Task<ProofOutcome> SendCodeAsync(string? ticket, string network, string address = Victim) =>
        await _flow.SendCodeAsync(address, Answer, Solve(ticket, address), network, Asker.Unknown, default);

    public async Task<ProofOutcome> VerifyAsync(string? ticket, string code) => await _flow.VerifyAsync(Victim, code, ticket, default);

    public ValueTask DisposeAsync()
    {
        _captchas.Dispose();
        _painter.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SettingsSection Settings((string Key, string Value)[] settings)
    {
        var recovery = settings.ToDictionary(static setting => setting.Key, static setting => SettingNode.Scalar("test", setting.Value));
        return new("", SettingNode.OfMap("test", new() { ["recovery"] = SettingNode.OfMap("test", recovery) }), []);
    }
}

/// <summary>Takes every mail at once, unless told to fail, and reads the code in it.</summary>
internal sealed class Inbox(TimeProvider time) : IOutbox
{
    public List<DateTimeOffset> Arrivals { get; } = [];

    public string LastCode { get; private set; } = "";

    /// <summary>What becomes of mails that somebody waits for.</summary>
    public DeliveryOutcome Awaited { get; set; } = DeliveryOutcome.Delivered;

    public bool CanDeliver => true;

    public ValueTask<bool> EnqueueAsync(OutboxEntry entry)
    {
        Arrivals.Add(time.GetUtcNow());
        LastCode = Encoding.UTF8.GetString(entry.Payload.Span).Split('\n')[1];
        return new(true);
    }

    public async ValueTask<DeliveryOutcome> EnqueueAndWaitAsync(OutboxEntry entry, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (Awaited == DeliveryOutcome.Delivered)
        {
            await EnqueueAsync(entry);
        }

        return Awaited;
    }
}
