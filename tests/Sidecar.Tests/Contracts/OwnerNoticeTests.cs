using System.Text;
using Sidecar.Mail;
using Sidecar.Recovery;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Contracts;

/// <summary>Who is told of a reset: the owner of the proven address, when the app took it, and nobody else ever.</summary>
[Collection(nameof(EndpointWorld))]
public sealed class OwnerNoticeTests
{
    private const string Reset = "/v1/user/forget/reset-password";
    private const string Kind = "recovery-notice";

    [Fact]
    public async Task Reset_TakenByTheApp_TellsTheOwnerOnce()
    {
        using var world = new EndpointWorld();

        await ResetAsync(world, " ALICE@example.com ");
        var entry = Assert.Single(world.Flow.Outbox.Entries, static entry => entry.Kind == Kind);
        var letter = await LetterAsync(world, entry);

        Assert.Equal(("ALICE@example.com", "reset-notice", "zh"), (letter.To, letter.Template, letter.Language));
        Assert.Equal("2030-01-01 00:00 UTC", letter.Model["requested_at"]);
        Assert.Equal("Firefox, Windows", letter.Model["requested_from"]);
        Assert.Equal(world.Flow.Clock.GetUtcNow().AddHours(24), entry.Expires);
        Assert.DoesNotContain(world.Flow.Outbox.LastCode, Encoding.UTF8.GetString(entry.Payload.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"code":101}""")]
    [InlineData("<html>")]
    [InlineData(null)]
    public async Task Reset_NotTakenByTheApp_TellsNobody(string? answer)
    {
        using var world = new EndpointWorld { AppSays = answer };

        await ResetAsync(world);

        Assert.DoesNotContain(world.Flow.Outbox.Entries, static entry => entry.Kind == Kind);
    }

    [Fact]
    public async Task Reset_Unproven_TellsNobody()
    {
        using var world = new EndpointWorld();

        await world.SendAsync("POST", Reset, Passwords(RecoveryWorld.Alice));

        Assert.Empty(world.Flow.Outbox.Entries);
    }

    [Fact]
    public async Task Reset_WithNoticesOff_TellsNobody()
    {
        using var world = new EndpointWorld(options: static options => options with { Notice = false });

        await ResetAsync(world);

        Assert.DoesNotContain(world.Flow.Outbox.Entries, static entry => entry.Kind == Kind);
    }

    [Fact]
    public async Task Reset_QueueThatIsFullOrFails_IsAnsweredAllTheSame()
    {
        using var world = new EndpointWorld();
        var ticket = await world.Flow.VerifiedAsync();
        world.Flow.Outbox.IsFull = true;
        var full = await world.SendAsync("POST", Reset, Passwords(RecoveryWorld.Alice), ticket);
        Assert.Contains("\"code\":0", full.Answer, StringComparison.Ordinal);

        world.Flow.Outbox.IsFull = false;
        world.Flow.Clock.Advance(TimeSpan.FromMinutes(2));
        ticket = await world.Flow.VerifiedAsync();
        world.Flow.Outbox.Breaks = true;
        Assert.Contains("\"code\":0", (await world.SendAsync("POST", Reset, Passwords(RecoveryWorld.Alice), ticket)).Answer, StringComparison.Ordinal);
    }

    private static string Passwords(string email) => $$"""{"email":"{{email}}","new_password":"x","confirm_new_password":"x"}""";

    private static async Task ResetAsync(EndpointWorld world, string email = RecoveryWorld.Alice)
    {
        var ticket = await world.Flow.VerifiedAsync();
        await world.SendAsync("POST", Reset, Passwords(email), ticket, static exchange => exchange
            .With("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
            .With("User-Agent", "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Firefox/140.0"));
    }

    private static async Task<Letter> LetterAsync(EndpointWorld world, OutboxEntry entry) =>
        Assert.IsType<Resolution.Send>(await new NoticeMail(world.Flow.Clock).ResolveAsync(entry, default)).Letter;
}
