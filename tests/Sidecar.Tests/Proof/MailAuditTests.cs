using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Accounts;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Tests.Accounts;
using Sidecar.Tests.Mail;

namespace Sidecar.Tests.Proof;

/// <summary>Each mail's end is told once, under the trace of the request that asked for it, without the address.</summary>
public sealed class MailAuditTests
{
    private static readonly ActivityContext Asked = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    private readonly KeyRing _keys = KeyRing.Generate();
    private readonly CapturingLogger<MailAudit> _log = new();
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData("alice@acme.io", false, "delivered")]
    [InlineData("alice@acme.io", true, "permanent")]
    [InlineData("nobody@acme.io", false, "unknown_account")]
    [InlineData("alice@example.com", false, "unknown_account")]
    public async Task Ended_MailThroughTheQueue_IsToldOnce(string address, bool isRefused, string outcome)
    {
        await DeliverAsync(address, TimeSpan.FromMinutes(5), isRefused ? FakeRelay.Failure(RelayTrouble.RecipientRefused) : null);

        AssertTold(address, outcome);
    }

    [Fact]
    public async Task Ended_MailTooLate_IsExpired()
    {
        await DeliverAsync("alice@acme.io", TimeSpan.Zero, null);

        AssertTold("alice@acme.io", "expired");
    }

    [Fact]
    public async Task Ended_MailLeftAtTheStop_IsGivenUp()
    {
        await DeliverAsync("alice@acme.io", TimeSpan.FromMinutes(5), FakeRelay.Failure(RelayTrouble.Busy));

        AssertTold("alice@acme.io", "given_up");
    }

    private async Task DeliverAsync(string address, TimeSpan lifetime, RelayFailure? failure)
    {
        var accounts = new FakeAccounts("alice@acme.io", "alice@example.com");
        var mail = new RecoveryMail(new SmtpOptions { Server = "relay.test" }, accounts, _clock, new MailAudit(_keys, _log));
        using var health = new RelayHealth(true, static _ => Task.FromResult<RelayFailure?>(null), _clock, NullLogger<RelayHealth>.Instance);
        using var outbox = new Outbox(
            new MailOptions { BlockReservedDomains = true }, [], MailSamples.Templates(), [mail], (_, _) => Task.FromResult(failure), health, _clock, NullLogger<Outbox>.Instance);
        await outbox.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(EmailAddress.TryParse(address, out var parsed));
        Assert.True(await outbox.EnqueueAsync(mail.Code(parsed, "ABCDEFGH", lifetime, Asker.Unknown) with { Parent = Asked }));
        await outbox.StopAsync(TestContext.Current.CancellationToken);
    }

    private void AssertTold(string address, string outcome)
    {
        var told = Assert.Single(_log.Events);
        Assert.Equal(
            ("recovery.mail", "recovery", "mail", outcome, _keys.Name(address).Value, Asked.TraceId.ToString()),
            (told["event"], told["purpose"], told["step"], told["outcome"], told["address_hash"], told["trace_id"]));
        Assert.Equal(8, told.Count);
        Assert.DoesNotContain("acme", string.Concat(told.Values), StringComparison.Ordinal);
    }
}
