using System.Globalization;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Doctor;

/// <summary>What each RAGFlow release answers to the doctor's questions, and what it makes of them.</summary>
public sealed class ContractDetectionTests
{
    private const string WrongMethod = """{"code":100,"data":null,"message":"<MethodNotAllowed '405: Method Not Allowed'>"}""";
    private const string NotFound = """{"code":404,"data":null,"error":"Not Found","message":"Not Found: /"}""";

    [Theory]
    [InlineData("GET /v1/user/forget/reset-password", "ok", "speaks ragflow-v1,")]
    [InlineData("GET /api/v1/auth/password/reset", "ok", "speaks ragflow-rest,")]
    [InlineData("GET /v1/user/forget", "ok", "speaks ragflow-v1-single, served: ragflow-v1-single")]
    [InlineData("POST /api/v1/auth/password/reset", "ok", "speaks ragflow-rest-go, served: ragflow-rest-go")]
    [InlineData("", "failed", "is a RAGFlow without a forgot-password flow")]
    public async Task Contract_OfARelease_IsRecognised(string request, string status, string words)
    {
        var asked = new List<string>();
        await using var app = new ScriptedApp(async (head, stream, cancellation) =>
        {
            var line = head[..head.IndexOf(" HTTP/", StringComparison.Ordinal)];
            lock (asked)
            {
                asked.Add(line);
            }

            if (line.StartsWith("POST", StringComparison.Ordinal))
            {
                _ = await stream.ReadAsync(new byte[1024], cancellation);
            }

            var (code, body) = line != request ? (404, NotFound)
                : line.StartsWith("POST", StringComparison.Ordinal) ? (200, """{"code":101,"data":false,"message":"json: cannot unmarshal array into Go value"}""")
                : (200, WrongMethod);
            await stream.WriteAsync(Answer(code, body), cancellation);
        });

        var checks = await CheckAsync(app.Address);

        Assert.Equal(status, checks["app/contract"].Status);
        Assert.Contains(words, checks["app/contract"].Text, StringComparison.Ordinal);
        // Nothing but what cannot mean anything, and the account probe.
        Assert.Empty(asked.Except(["GET /v1/user/forget/reset-password", "GET /api/v1/auth/password/reset", "GET /v1/user/forget", "POST /api/v1/auth/password/reset", "POST /api/v1/auth/login", "POST /v1/user/login"]));
    }

    [Theory]
    [InlineData(200, "<html>hello</html>", "does not answer as a RAGFlow does")]
    [InlineData(502, "<html>502 Bad Gateway</html>", "answers 502")]
    [InlineData(200, """{"message":"hello"}""", "does not answer as a RAGFlow does")]
    public async Task Contract_OfAnotherServer_IsNone(int status, string body, string words)
    {
        await using var app = ScriptedApp.Saying(Encoding.Latin1.GetString(Answer(status, body)));

        var checks = await CheckAsync(app.Address);

        Assert.Equal("failed", checks["app/contract"].Status);
        Assert.Contains(words, checks["app/contract"].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contract_NotServed_SaysWhatToAdd()
    {
        await using var app = new ScriptedApp(async (head, stream, cancellation) =>
            await stream.WriteAsync(head.StartsWith("GET /api/v1/auth/password/reset ", StringComparison.Ordinal) ? Answer(200, WrongMethod) : Answer(404, NotFound), cancellation));

        var checks = await CheckAsync(app.Address, "--set", "contracts=ragflow-v1");

        Assert.Equal("failed", checks["app/contract"].Status);
        Assert.Contains("add ragflow-rest to contracts", checks["app/contract"].Text, StringComparison.Ordinal);
    }

    /// <summary>The doctor asks whoever it is told of; the sidecar that it speaks for does not, and serves what it would without.</summary>
    [Fact]
    public async Task Contract_AutoThatMayNotAsk_IsHeldAgainstWhatIsServedThen()
    {
        await using var app = new ScriptedApp(async (head, stream, cancellation) =>
            await stream.WriteAsync(head.StartsWith("GET /v1/user/forget ", StringComparison.Ordinal) ? Answer(200, WrongMethod) : Answer(404, NotFound), cancellation));

        var checks = await CheckAsync(app.Address, "--set", "app.probe=false");

        Assert.Equal("failed", checks["app/contract"].Status);
        Assert.Contains("speaks ragflow-v1-single, which is not served (ragflow-v1, ragflow-rest is)", checks["app/contract"].Text, StringComparison.Ordinal);
        Assert.Contains("set app.probe: true", checks["app/contract"].Text, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyDictionary<string, (string Status, string Text)>> CheckAsync(Uri app, params string[] more)
    {
        using var directory = new TempDirectory(new Dictionary<string, string>());
        return CheckedWorld.Checks(await SidecarCommand.RunAsync(
            ["check", "--json", "--config", directory.Path, "--set", $"listeners.0.upstream={app.GetLeftPart(UriPartial.Authority)}", "--set", "listeners.0.address=127.0.0.1", .. more]));
    }

    private static byte[] Answer(int status, string body) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
}
