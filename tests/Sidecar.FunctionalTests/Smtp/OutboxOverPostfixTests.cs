using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Recovery;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>The whole room, put together as the process does, over a Postfix that goes away and comes back.</summary>
public sealed class OutboxOverPostfixTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Outbox_RelayGoneAndBack_DeliversWhatWaited()
    {
        postfix.SkipUnlessRunning();
        using var host = Host();
        await host.StartAsync();
        var outbox = host.Services.GetRequiredService<IOutbox>();
        var health = host.Services.GetRequiredService<RelayHealth>();

        Assert.Equal(DeliveryOutcome.Delivered, await outbox.EnqueueAndWaitAsync(Entry("first@example.com"), Patience, default));
        Assert.Contains("QWMZKTRB", (await postfix.MailToAsync("first@example.com")).TextBody, StringComparison.Ordinal);

        await postfix.StopAsync();
        Assert.Equal(DeliveryOutcome.Transient, await outbox.EnqueueAndWaitAsync(Entry("told@example.com"), Patience, default));
        Assert.False(outbox.CanDeliver);
        Assert.True(await outbox.EnqueueAsync(Entry("second@example.com")));
        Assert.Contains("smtp.mail_port", health.Detail, StringComparison.Ordinal);

        var back = new TaskCompletionSource();
        health.Recovered += back.SetResult;
        await postfix.StartAsync();
        // Design: back within three seconds of the part's return; twice that for a machine under load.
        await back.Task.WaitAsync(TimeSpan.FromSeconds(6));
        await postfix.MailToAsync("second@example.com");
        // Whoever waited was told of the failure, and gets nothing later.
        Assert.Equal(0, postfix.MailCount("told@example.com"));
        Assert.True(outbox.CanDeliver);
        await host.StopAsync();
    }

    private static OutboxEntry Entry(string to) => new("test", Encoding.UTF8.GetBytes(to), DateTimeOffset.UtcNow.AddMinutes(5), default);

    private IHost Host()
    {
        var faults = new List<Fault>();
        var smtp = new SmtpOptions
        {
            Server = "localhost",
            Port = postfix.PlainPort,
            Encryption = RelayEncryption.None,
            FromName = "Acme",
            FromAddress = "noreply@acme.io",
        };
        var mail = new MailOptions { BlockReservedDomains = false, TemplateDirectory = Path.Combine(AppContext.BaseDirectory, "conf", "templates") };
        var templates = MailTemplates.Load(
            mail.TemplateDirectory, SidecarOptions.Mails(verification: false), mail.SharedModel(smtp), faults);
        Assert.Empty(faults);

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
                Encoding.UTF8.GetString(entry.Payload.Span), "reset-code", "en", new() { ["code"] = "QWMZKTRB", ["ttl_min"] = 5, ["requested_at"] = "2026-11-22 20:15 UTC", ["requested_from"] = "" })));
    }
}
