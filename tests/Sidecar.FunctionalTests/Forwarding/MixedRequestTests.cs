using Sidecar.FunctionalTests.Conformance;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>One connection with requests of every kind in turns: below the server, lent to it, and back again, always answered in order.</summary>
public sealed class MixedRequestTests
{
    private const int LargeBody = 100_000;

    private static readonly (string Line, string Fields, string? Body, string Told)[] Mixed =
    [
        ("GET /1", "", null, "/1 fast 0"),
        ("GET /v1/user/forget/captcha?email=a%40example.com", "", null, "picture"),
        ("POST /2", "", new string('x', LargeBody), "/2 * 100000"),
        ("HEAD /3", "", null, "/3 fast 0"),
        ("GET /4", "Connection: keep-alive\r\n", null, "/4 fast 0"),
        ("POST /v1/user/forget/otp", "Content-Type: application/json\r\n", "{\"email\":\"a@example.com\",\"captcha\":\"?\"}", "flow"),
        ("OPTIONS /5?x=GET%20/", "", null, "/5?x=GET%20/ fast 0"),
        ("PUT /6", "", "GET /trap HTTP/1.1\r\nHost: a\r\n\r\n", "/6 * 31"),
        ("DELETE /7", "TE: trailers\r\n", null, "/7 served 0"),
        ("GET /8", "", null, "/8 fast 0"),
    ];

    [Fact]
    public async Task Connection_OneAfterTheOther_IsAnsweredInOrderAndGoesOn()
    {
        await using var app = KeptConnection.TellingApp();
        await using var sidecar = await StartAsync(app);
        await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);

        foreach (var (line, fields, body, told) in Mixed)
        {
            AssertTold(told, await client.AskAsync(line, fields, body));
        }

        // The head alone is no reason to send the body.
        await client.SendAsync("PUT /9 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        await client.ReadUntilAsync("HTTP/1.1 100 Continue\r\n\r\n");
        await client.SendAsync("abc");
        AssertTold("/9 served 3", await client.AnswerAsync("PUT"));
        AssertTold("/10 fast 0", await client.AskAsync("GET /10"));
        AssertTold("/11 served 0", await client.AskAsync("GET /11", "Connection: close\r\n"));
        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task Connection_AllAtOnce_IsAnsweredInOrder()
    {
        await using var app = KeptConnection.TellingApp();
        await using var sidecar = await StartAsync(app);
        await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);

        var sending = client.SendAsync(string.Concat(Mixed.Select(static each => KeptConnection.Request(each.Line, each.Fields, each.Body))));
        foreach (var (line, _, _, told) in Mixed)
        {
            AssertTold(told, await client.AnswerAsync(line.Split(' ')[0]));
        }

        await sending;
    }

    [Fact]
    public async Task Connection_ByteByByte_IsAnsweredInOrder()
    {
        await using var app = KeptConnection.TellingApp();
        await using var sidecar = await StartAsync(app);
        await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);

        foreach (var (line, fields, body, told) in Mixed.Where(static each => each.Body?.Length != LargeBody))
        {
            foreach (var letter in KeptConnection.Request(line, fields, body))
            {
                await client.SendAsync(letter.ToString());
            }

            AssertTold(told, await client.AnswerAsync(line.Split(' ')[0]));
        }
    }

    /// <summary>The first piece has been looked at when the second one comes.</summary>
    [Fact]
    public async Task Connection_CutAtEveryByte_IsAnsweredInOrder()
    {
        await using var app = KeptConnection.TellingApp();
        await using var sidecar = await StartAsync(app);
        string[] lines = ["GET /a", "POST /b", "POST /v1/user/forget/otp", "GET /c"];
        string?[] bodies = [null, "abc", "{}", null];
        var all = string.Concat(lines.Zip(bodies, static (line, body) => KeptConnection.Request(line, "", body)));

        await Parallel.ForEachAsync(Enumerable.Range(1, all.Length - 1), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken }, async (cut, cancellation) =>
        {
            await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
            await client.SendAsync(all[..cut]);
            await Task.Delay(20, cancellation);
            await client.SendAsync(all[cut..]);

            AssertTold("/a fast 0", await client.AnswerAsync("GET"));
            AssertTold("/b * 3", await client.AnswerAsync("POST"));
            AssertTold("flow", await client.AnswerAsync("POST"));
            AssertTold("/c fast 0", await client.AnswerAsync("GET"));
        });
    }

    /// <summary>What follows a request that became another protocol's is that protocol's, however much like a request it looks.</summary>
    [Fact]
    public async Task Upgrade_BehindPlainRequests_IsTunnelled()
    {
        const string Said = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
        await using var app = new ScriptedApp(static async (head, stream, cancellation) =>
        {
            for (; !head.Contains("Upgrade:", StringComparison.OrdinalIgnoreCase); head = await KeptConnection.HeadAsync(stream, cancellation))
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), cancellation);
            }

            await stream.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"u8.ToArray(), cancellation);
            await stream.CopyToAsync(stream, cancellation);
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        Assert.Equal("ok", (await client.AskAsync("GET /1")).Body);
        Assert.Equal("ok", (await client.AskAsync("GET /2")).Body);

        await client.SendAsync("GET /s HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        await client.ReadUntilAsync("Upgrade: websocket\r\n");
        await client.SendAsync(Said);
        await client.ReadUntilAsync(Said);
    }

    private static Task<SidecarProcess> StartAsync(FramedApp app) => SidecarProcess.StartAsync(new()
    {
        Upstream = app.Address,
        Settings =
        [
            "smtp.mail_server=127.0.0.1", "smtp.mail_port=9", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com",
            "store.kind=memory", "limits.client.mode=off", "limits.captcha.mode=off",
        ],
    });

    private static void AssertTold(string told, WireMessage answer)
    {
        switch (told)
        {
            case "picture":
                Assert.StartsWith("image/", Assert.Single(answer.Values("Content-Type")), StringComparison.Ordinal);
                break;
            case "flow":
                Assert.StartsWith("{\"code\":", answer.Body, StringComparison.Ordinal);
                break;
            default:
                // Whether a body came with its head is the network's affair, and with it which way the request goes.
                var said = answer.Values("Told").SingleOrDefault() ?? answer.Line;
                Assert.Equal(told, told.Contains('*', StringComparison.Ordinal) ? said.Replace(" fast ", " * ", StringComparison.Ordinal).Replace(" served ", " * ", StringComparison.Ordinal) : said);
                Assert.True(answer.Body.Length == 0 || answer.Body == answer.Values("Told")[0]);
                break;
        }
    }
}
