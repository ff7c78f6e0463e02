using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>The words of the mails around a reset, as the relay gets them from the real binary.</summary>
public sealed class NoticeTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private readonly RecoveryWorld world = shared.World;

    [Fact]
    public async Task Reset_Done_IsToldToItsOwnerInTheirLanguage()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        client.Headers =
        [
            new("Accept-Language", "zh-CN,zh;q=0.9"), new("X-Forwarded-For", "203.0.113.77"),
            new("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        ];
        await client.ProveAsync(email);
        Assert.Equal(["您的 RAGFlow 密码重置验证码"], (await MailsAsync(email, 1)).Select(Subject));

        Assert.Equal(0, (await client.ResetAsync(email)).Code);

        var notice = (await MailsAsync(email, 2))[1];
        Assert.Equal("您的 RAGFlow 密码已更改", Subject(notice));
        Assert.Contains("Firefox, Windows, 203.0.113.0/24", (string)notice["text"]!, StringComparison.Ordinal);
        Assert.Contains("https://ragflow.test", (string)notice["html"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.77", notice.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_RefusedByTheApp_TellsNobody()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(email);

        Assert.Equal(101, (await client.ResetAsync(email, "one", confirm: "two")).Code);
        Assert.Equal(0, (await client.ResetAsync(email)).Code);

        // The second reset's notice is the first: had the refusal one, it would have been queued before it.
        Assert.Equal(["Your RAGFlow password reset code", "Your RAGFlow password was changed"], (await MailsAsync(email, 2)).Select(Subject));
    }

    private static string Subject(JsonNode mail) => (string)mail["subject"]!;

    /// <summary>The address's mails, oldest first, once there are so many.</summary>
    private async Task<JsonNode[]> MailsAsync(string email, int count)
    {
        JsonNode[] mails = [];
        await RedisServer.UntilAsync(
            async () =>
            {
                var answer = await RawHttp.SendAsync(new(world.InboxUrl, "GET", "/api/messages"), TestContext.Current.CancellationToken);
                mails = [.. JsonNode.Parse(answer.Body)!.AsArray().Select(static mail => mail!).Reverse().Where(mail => mail["to"]!.ToJsonString().Contains(email, StringComparison.Ordinal))];
                return mails.Length >= count;
            },
            RecoveryWorld.Patience,
            $"mail {count} did not come");
        return mails;
    }
}
