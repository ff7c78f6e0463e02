using System.Text;
using Sidecar.Mail;
using Sidecar.Tests.Mail;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Contracts;

/// <summary>What of a request reaches its mail, whether or not there is anybody to read it.</summary>
[Collection(nameof(EndpointWorld))]
public sealed class MailLanguageTests
{
    private const string Hostile = "<script>QWERTYUI\u0001 Mozilla";

    [Theory]
    [InlineData(RecoveryWorld.Alice)]
    [InlineData("nobody@example.com")]
    public async Task Code_OfARequest_IsQueuedInItsLanguage(string email)
    {
        using var world = new EndpointWorld();

        Assert.Equal(["zh", "2030-01-01 00:00 UTC", "Chrome, macOS"], await QueuedAsync(world, email, "zh-Hans-CN, en;q=0.5", "(Macintosh; Intel Mac OS X 10_15) Chrome/140"));
    }

    [Theory]
    [InlineData("fr, de;q=0.5")]
    [InlineData("../../../etc")]
    [InlineData(Hostile)]
    [InlineData("")]
    public async Task Code_OfAnyOtherRequest_IsQueuedInTheDefault(string languages)
    {
        using var world = new EndpointWorld();

        Assert.Equal(["", "2030-01-01 00:00 UTC", ""], await QueuedAsync(world, RecoveryWorld.Alice, languages, Hostile));
    }

    [Fact]
    public void Asker_LanguageFromConfiguration_AsksNobody()
    {
        var askers = new Sidecar.Contracts.Askers(new MailOptions { LanguageFromRequest = false }, MailSamples.Templates());

        Assert.Equal("", askers.Of(new HttpExchange().With("Accept-Language", "zh").Context.Request, HttpExchange.Client).Language);
    }

    private static async Task<string[]> QueuedAsync(EndpointWorld world, string email, string languages, string userAgent)
    {
        var ticket = await world.Flow.ShownAsync(email);
        await world.SendAsync("POST", "/v1/user/forget/otp", $$"""{"email":"{{email}}","captcha":"{{RecoveryWorld.Answer}}"}""", ticket, exchange => exchange
            .With("Accept-Language", languages)
            .With("User-Agent", userAgent));
        return Encoding.UTF8.GetString(Assert.Single(world.Flow.Outbox.Entries).Payload.Span).Split('\n')[3..];
    }
}
