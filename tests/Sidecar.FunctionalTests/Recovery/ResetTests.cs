using System.Net.Sockets;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>The one step that reaches the app: once per proof, for exactly its address.</summary>
public sealed class ResetTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private const string Unproven = "109 email not verified";

    private readonly RecoveryWorld world = shared.World;

    [Fact]
    public async Task Reset_Twice_IsUnprovenTheSecondTime()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(email);
        client.Ticket = client.Given;

        Assert.Equal("0 Password reset successful. Logged in.", (await client.ResetAsync(email)).Words);
        Assert.Equal(Unproven, (await client.ResetAsync(email, "another-password")).Words);
        Assert.Equal(1, world.Flags.Asked(email));
        Assert.True(world.App.Users.PasswordIs(email, "fresh-password"));
    }

    [Fact]
    public async Task Reset_RefusedByTheApp_LeavesTheTicketUsable()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(email);

        Assert.Equal("101 passwords do not match", (await client.ResetAsync(email, "one", confirm: "two")).Words);
        Assert.Equal(0, (await client.ResetAsync(email)).Code);
        Assert.True(world.App.Users.PasswordIs(email, "fresh-password"));
    }

    [Fact]
    public async Task Reset_OtherCaseAndSpaces_CountAsTheSameAddress()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(" " + email.ToUpperInvariant());

        Assert.Equal(0, (await client.ResetAsync(email)).Code);
    }

    [Theory]
    [InlineData("email")]
    [InlineData("EMAIL")]
    [InlineData("New_Password")]
    public async Task Reset_RepeatedKey_IsRefused(string repeated)
    {
        var (email, other) = (world.NewUser(), "bob@example.com");
        var client = world.NewClient();
        await client.ProveAsync(email);
        var password = world.Encrypt("fresh-password");
        var json = $$"""{"email":"{{email}}","new_password":"{{password}}","confirm_new_password":"{{password}}","{{repeated}}":"{{other}}"}""";

        var asJson = await client.SendAsync("POST", client.Path("reset"), "application/json", json);
        var form = $"email={email}&new_password={Uri.EscapeDataString(password)}&confirm_new_password={Uri.EscapeDataString(password)}&{repeated}={other}";
        var asForm = await client.SendAsync("POST", client.Path("reset"), "application/x-www-form-urlencoded", form);

        Assert.Equal(101, asJson.Code);
        Assert.Equal(101, asForm.Code);
        Assert.Equal(0, world.Flags.Asked(email));
    }

    [Fact]
    public async Task Reset_ManyAtOnceWithOneTicket_OneReachesTheApp()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(email);

        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => client.ResetAsync(email, $"password-{n}")));

        Assert.Single(replies, static reply => reply.Code == 0);
        Assert.Equal(1, world.Flags.Asked(email));
    }

    [Fact]
    public async Task Reset_ClientLeavesWhileTheAppWorks_IsFinishedAndSettled()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(email);
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        world.Flags.Before = async asked =>
        {
            if (asked == email)
            {
                reached.TrySetResult();
                await goOn.Task;
            }
        };

        await LeaveAfterAsync(client, email, reached.Task);
        goOn.SetResult();

        await RedisServer.UntilAsync(() => Task.FromResult(world.App.Users.PasswordIs(email, "fresh-password")), RecoveryWorld.Patience, "the reset was lost");
        await RedisServer.UntilAsync(async () => !await world.AppRedis.KeyExistsAsync("otp:verified:" + email), RecoveryWorld.Patience, "the flag stayed");
        Assert.Equal(Unproven, (await client.ResetAsync(email, "another-password")).Words);
    }

    [Fact]
    public async Task Reset_ClientLeavesAndTheAppRefuses_LeavesTheTicketUsable()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(email);
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        world.Flags.Before = async asked =>
        {
            if (asked == email)
            {
                reached.TrySetResult();
                await goOn.Task;
            }
        };

        await LeaveAfterAsync(client, email, reached.Task, confirm: "something-else");
        goOn.SetResult();

        Reply? last = null;
        await RedisServer.UntilAsync(
            async () => (last = await client.ResetAsync(email)).Code != 109 && last.Code != 10, RecoveryWorld.Patience, "the ticket was lost");
        Assert.Equal(0, last!.Code);
    }

    /// <summary>Sends a reset and hangs up, with a reset to the connection, once <paramref name="reached"/>.</summary>
    private async Task LeaveAfterAsync(RecoveryClient client, string email, Task reached, string confirm = "fresh-password")
    {
        var body = Encoding.UTF8.GetBytes(
            $$"""{"email":"{{email}}","new_password":"{{world.Encrypt("fresh-password")}}","confirm_new_password":"{{world.Encrypt(confirm)}}"}""");
        var request = client.Request("POST", client.Path("reset"), "application/json", body);
        using var socket = new TcpClient { LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(request.Server.Host, request.Server.Port);
        var head = string.Join("\r\n", [$"POST {request.Target} HTTP/1.1", $"Host: {request.Server.Authority}", $"Content-Length: {body.Length}", .. request.Headers.Select(h => $"{h.Key}: {h.Value}"), "", ""]);
        await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(head));
        await socket.GetStream().WriteAsync(body);
        await reached.WaitAsync(RecoveryWorld.Patience);
    }
}
