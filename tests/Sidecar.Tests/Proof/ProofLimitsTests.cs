using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Throttling;

namespace Sidecar.Tests.Proof;

public sealed class ProofLimitsTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_750_000_123));

    [Fact]
    public async Task SendCode_RecipientSpent_NamesTheLimitAndTheWait()
    {
        await using var world = World();
        await SendManyAsync(world, 5);

        var over = Assert.IsType<ProofOutcome.OverLimit>(await world.SendCodeAsync(null, "n9"));

        Assert.Equal(("recipient-hour", false, 5, TimeSpan.FromHours(1), 0), (over.Limit.Name, over.Limit.Allowed, over.Limit.Limit, over.Limit.Window, over.Limit.Remaining));
        Assert.Equal(over.Limit.RetryAfter, over.Limit.Reset);
        Assert.True(over.Limit.RetryAfter > TimeSpan.FromMinutes(30));
        Assert.Equal("\"recipient-hour\";q=5;w=3600", RateLimitFields.Policy(over.Limit));
    }

    [Fact]
    public async Task SendCode_DayAndHourSpent_NamesTheOneThatLastsLonger()
    {
        await using var world = World();
        await SendManyAsync(world, 5);
        world.Advance(TimeSpan.FromHours(2));
        await SendManyAsync(world, 5);

        Assert.Equal("recipient-day", Assert.IsType<ProofOutcome.OverLimit>(await world.SendCodeAsync(null, "n99")).Limit.Name);
    }

    [Fact]
    public async Task SendCode_RecipientSpent_LiveCodeStillWorks()
    {
        await using var world = World();
        await SendManyAsync(world, 4);
        var sent = await world.SendCodeAsync(null, "owner");
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.IsType<ProofOutcome.OverLimit>(await world.SendCodeAsync(sent.Ticket, "owner"));

        Assert.IsType<ProofOutcome.Verified>(await world.VerifyAsync(sent.Ticket, world.Inbox.LastCode));
    }

    [Fact]
    public async Task Verify_GuessesSpent_NamesTheLimit()
    {
        await using var world = World(new LimitCatalog { Guesses = Limit("guesses", 2) });
        var sent = await world.SendCodeAsync(null, "n1");
        await world.VerifyAsync(sent.Ticket, "WRONGONE");
        await world.VerifyAsync(sent.Ticket, "WRONGONE");

        var over = Assert.IsType<ProofOutcome.OverLimit>(await world.VerifyAsync(sent.Ticket, world.Inbox.LastCode));

        Assert.Equal("guesses", over.Limit.Name);
    }

    [Fact]
    public async Task SendCode_AppAnswersAndMailFailed_GivesBackWhatItTook()
    {
        await using var world = World(new LimitCatalog { Domain = Limit("domain", 1) }, ("answers", "app"));
        world.Inbox.Awaited = DeliveryOutcome.Permanent;
        for (var i = 0; i < 8; i++)
        {
            Assert.IsType<ProofOutcome.MailUnavailable>(await world.SendCodeAsync(null, "n1"));
        }

        world.Inbox.Awaited = DeliveryOutcome.Delivered;
        var sent = await world.SendCodeAsync(null, "n1");

        Assert.IsType<ProofOutcome.CodeSent>(sent);
    }

    [Fact]
    public async Task SendCode_AppAnswersAndStillQueued_KeepsWhatItTook()
    {
        await using var world = World(new LimitCatalog { RecipientHour = Limit("recipient-hour", 1) }, ("answers", "app"));
        world.Inbox.Awaited = DeliveryOutcome.StillQueued;
        Assert.IsType<ProofOutcome.CodeSent>(await world.SendCodeAsync(null, "n1"));
        world.Advance(TimeSpan.FromMinutes(6));

        Assert.IsType<ProofOutcome.OverLimit>(await world.SendCodeAsync(null, "n2"));
    }

    [Fact]
    public async Task SendCode_DomainSpent_RefusesItsOtherAddressesAndNoOtherDomain()
    {
        await using var world = World(new LimitCatalog { Domain = Limit("domain", 2) });
        await world.SendCodeAsync(null, "n1", "a@acme.test");
        // Refused for its cooldown: takes nothing from the domain.
        Assert.IsType<ProofOutcome.CoolingDown>(await world.SendCodeAsync(null, "n2", "a@acme.test"));
        Assert.IsType<ProofOutcome.CodeSent>(await world.SendCodeAsync(null, "n1", "b@acme.test"));

        var over = Assert.IsType<ProofOutcome.OverLimit>(await world.SendCodeAsync(null, "n1", "c@acme.test"));

        Assert.Equal("domain", over.Limit.Name);
        Assert.IsType<ProofOutcome.CodeSent>(await world.SendCodeAsync(null, "n1", "c@other.test"));
        Assert.IsType<ProofOutcome.OverLimit>(await world.SendCodeAsync(null, "n1", "d@acme.test"));
    }

    [Fact]
    public async Task Metrics_EveryLimitOfTheFlow_ReportsWhatItDecided()
    {
        var suffix = Ticket.NewId();
        var seen = new List<(string, string)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Name == "sidecar.limits.decisions")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            // Other tests count as well; those limits have other names.
            if (((string)tags[0].Value!).EndsWith(suffix, StringComparison.Ordinal))
            {
                seen.Add((((string)tags[0].Value!)[..1], (string)tags[1].Value!));
            }
        });
        listener.Start();
        await using var world = World(new LimitCatalog
        {
            RecipientHour = Limit($"h{suffix}", 1) with { Mode = LimitMode.DryRun },
            RecipientDay = Limit($"d{suffix}", 2),
            Guesses = Limit($"g{suffix}", 1),
        });

        var sent = await world.SendCodeAsync(null, "n1");
        await world.VerifyAsync(sent.Ticket, "WRONGONE");
        await world.VerifyAsync(sent.Ticket, "WRONGONE");
        world.Advance(TimeSpan.FromMinutes(6));
        await world.SendCodeAsync(null, "n2");
        world.Advance(TimeSpan.FromMinutes(6));
        await world.SendCodeAsync(null, "n3");

        Assert.Equal(
            [
                ("h", "allowed"), ("d", "allowed"), ("g", "allowed"), ("g", "refused"),
                ("h", "dry_run"), ("d", "allowed"), ("h", "dry_run"), ("d", "refused"),
            ],
            seen);
    }

    private static LimitOptions Limit(string name, int permits) => new(name) { Permits = permits, Window = TimeSpan.FromHours(1) };

    private AttackedWorld World(LimitCatalog? catalog = null, params (string Key, string Value)[] settings) =>
        new(new MemoryOtpStore(_time, new StoreOptions()), _time, _time.Advance, catalog, settings);

    /// <summary>So many codes from as many networks, each outlived before the next.</summary>
    private static async Task SendManyAsync(AttackedWorld world, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.IsType<ProofOutcome.CodeSent>(await world.SendCodeAsync(null, $"network {i}"));
            world.Advance(TimeSpan.FromMinutes(5));
        }
    }
}
