using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Sidecar.Demo;
using Sidecar.Demo.Mail;

namespace Sidecar.Tests.Demo;

public sealed class InboxSiteTests
{
    [Fact]
    public async Task Messages_Listed_NewestFirst_ThenDeleted()
    {
        var inbox = new Inbox(new FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero)));
        await using var site = await InboxSite.StartAsync(0, inbox);
        using var http = new HttpClient { BaseAddress = site.Address };
        foreach (var code in (string[])["FIRSTONE", "SECONDON"])
        {
            using var message = new MimeMessage();
            message.Subject = "Your code";
            message.Body = new BodyBuilder { TextBody = $"Use <{code}> now", HtmlBody = $"<p>{code}</p>" }.ToMessageBody();
            inbox.Add(["alice@example.com"], message);
        }

        var json = await http.GetStringAsync(new Uri("/api/messages", UriKind.Relative));
        Assert.Contains("\"text\":\"Use <SECONDON> now", json, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(json);
        var mails = document.RootElement.EnumerateArray().ToList();
        Assert.Equal(["Use <SECONDON> now", "Use <FIRSTONE> now"], mails.Select(static mail => mail.GetProperty("text").GetString()));
        Assert.Equal(["id", "to", "subject", "text", "html", "headers", "received_at"], mails[0].EnumerateObject().Select(static property => property.Name));
        Assert.Equal("alice@example.com", mails[0].GetProperty("to").GetString());
        Assert.Equal("2030-01-02T03:04:05+00:00", mails[0].GetProperty("received_at").GetString());
        Assert.Equal("Your code", mails[0].GetProperty("headers").GetProperty("Subject").GetString());

        using var deleted = await http.DeleteAsync(new Uri("/api/messages", UriKind.Relative));
        Assert.True(deleted.IsSuccessStatusCode);
        Assert.Equal("[]", await http.GetStringAsync(new Uri("/api/messages", UriKind.Relative)));
    }

    [Fact]
    public async Task Page_ShowsHtmlInASandboxOnly()
    {
        await using var site = await InboxSite.StartAsync(0, new Inbox(TimeProvider.System));
        using var http = new HttpClient { BaseAddress = site.Address };
        var page = await http.GetStringAsync(new Uri("/", UriKind.Relative));
        Assert.Contains("setAttribute('sandbox', '')", page, StringComparison.Ordinal);
    }
}
