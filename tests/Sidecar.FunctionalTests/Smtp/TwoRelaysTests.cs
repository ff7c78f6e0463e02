using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sidecar.Mail;
using Sidecar.Tests.Mail;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>The whole room with two relays, the first of which does not work.</summary>
public sealed class TwoRelaysTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Outbox_FirstRelayStopped_MailsGoThroughTheSecondAndBack()
    {
        postfix.SkipUnlessRunning();
        await using var first = new RecordingRelay();
        using var host = Host(first.Port);
        await host.StartAsync();
        var (outbox, health) = (host.Services.GetRequiredService<IOutbox>(), host.Services.GetRequiredService<RelayHealth>());

        Assert.Equal(DeliveryOutcome.Delivered, await outbox.EnqueueAndWaitAsync(Entry("a@example.com"), Patience, default));
        first.Stop();
        // Nobody is told of a failure while the second one works: the first attempt of each succeeds.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(DeliveryOutcome.Delivered, await outbox.EnqueueAndWaitAsync(Entry($"b{i}@example.com"), Patience, default));
            await postfix.MailToAsync($"b{i}@example.com");
        }

        Assert.True(outbox.CanDeliver);
        Assert.Matches("^default: .*smtp.mail_port.*; backup: up$", health.Detail);
        first.Start();
        await UntilAsync(() => health.Detail == "default: up; backup: up");
        Assert.Equal(DeliveryOutcome.Delivered, await outbox.EnqueueAndWaitAsync(Entry("c@example.com"), Patience, default));
        Assert.Equal(["a@example.com", "c@example.com"], first.Taken);
        await host.StopAsync();
        await UntilAsync(() => first.Open == 0);
        Assert.True(first.Count("QUIT") >= 1);
    }

    [Fact]
    public async Task Outbox_FirstRelayHangs_NobodyWaitsForItOnceThatIsKnown()
    {
        postfix.SkipUnlessRunning();
        // Takes connections and says nothing, as a relay does whose machine is out of memory.
        await using var first = new RecordingRelay(static (_, _) => RecordingRelay.Silence);
        using var host = Host(first.Port, TimeSpan.FromSeconds(2));
        await host.StartAsync();
        var (outbox, health) = (host.Services.GetRequiredService<IOutbox>(), host.Services.GetRequiredService<RelayHealth>());

        var start = Stopwatch.GetTimestamp();
        Assert.All(await AllAsync(outbox, "early", 20), static outcome => Assert.Equal(DeliveryOutcome.Delivered, outcome));
        // Four slots and the probe ran into it side by side; one after the other would have been ten seconds.
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(8));
        Assert.InRange(first.Connections, 1, 5);
        Assert.Contains("default: ", health.Detail, StringComparison.Ordinal);

        // From here on only the probe asks it, two seconds after its last look has ended.
        var before = first.Connections;
        start = Stopwatch.GetTimestamp();
        Assert.All(await AllAsync(outbox, "late", 60), static outcome => Assert.Equal(DeliveryOutcome.Delivered, outcome));
        Assert.InRange(first.Connections - before, 0, 1 + (int)(Stopwatch.GetElapsedTime(start).TotalSeconds / 2));

        await host.StopAsync();
    }

    private static async Task<DeliveryOutcome[]> AllAsync(IOutbox outbox, string name, int count) => await Task.WhenAll(
        Enumerable.Range(0, count).Select(i => outbox.EnqueueAndWaitAsync(Entry($"{name}{i}@example.com"), Patience, default).AsTask()));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    private static OutboxEntry Entry(string to) => new("test", Encoding.UTF8.GetBytes(to), DateTimeOffset.UtcNow.AddMinutes(5), default);

    private IHost Host(int firstPort, TimeSpan? connectTimeout = null)
    {
        var smtp = new SmtpOptions
        {
            Server = "localhost",
            Port = firstPort,
            Encryption = RelayEncryption.None,
            FromAddress = "noreply@acme.io",
        };
        var mail = new MailOptions
        {
            BlockReservedDomains = false,
            TemplateDirectory = Path.Combine(AppContext.BaseDirectory, "conf", "templates"),
            ConnectTimeout = connectTimeout ?? TimeSpan.FromSeconds(10),
            Relays = [smtp with { Name = "backup", Path = "mail.relays[0]", Port = postfix.PlainPort }],
        };
        var templates = MailTemplates.Load(mail.TemplateDirectory, SidecarOptions.Mails(verification: false), mail.SharedModel(smtp), []);
        var builder = new HostApplicationBuilder();
        builder.Services.AddMail(smtp, mail, templates);
        builder.Services.AddSingleton<IOutboxResolver, Resolver>();
        return builder.Build();
    }

    private sealed class Resolver : IOutboxResolver
    {
        public string Kind => "test";

        public ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken) =>
            ValueTask.FromResult<Resolution>(new Resolution.Send(new Letter(
                Encoding.UTF8.GetString(entry.Payload.Span), "reset-code", "en", new() { ["code"] = "QWMZKTRB", ["ttl_min"] = 5, ["requested_at"] = "", ["requested_from"] = "" })));
    }
}
