using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Detection;

/// <summary>The contract of the app is found out by itself, whenever the app comes; until then, and after, nothing unproven reaches its recovery paths.</summary>
public sealed class DetectionTests
{
    private const string V1Captcha = "GET /v1/user/forget/captcha";
    private const string RestCaptcha = "POST /api/v1/auth/password/forgot/captcha";

    public static TheoryData<string> Releases => [.. ReleaseGate.Releases];

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task App_ThatComesUpLate_IsFoundAndNothingReachesItBeforeOrAfter(string release)
    {
        await using var gate = new ReleaseGate();
        await using var sidecar = await DetectionWorld.StartAsync(gate);
        var before = await DetectionWorld.AskAllAsync(sidecar);
        Assert.Equal(("unknown", "ragflow-rest ragflow-v1"), (await DetectionWorld.ContractsAsync(sidecar, "found"), await DetectionWorld.ContractsAsync(sidecar, "served")));
        using var stop = new CancellationTokenSource();
        var asking = AskOnAsync(sidecar, stop.Token);

        await gate.ComeUpAsync(release);
        await DetectionWorld.FoundAsync(sidecar, release);

        await stop.CancelAsync();
        await asking;
        var after = await DetectionWorld.AskAllAsync(sidecar);
        Assert.Empty(gate.FellThrough);
        Assert.Equal(("picture", "picture"), (before[V1Captcha].Words, before[RestCaptcha].Words));
        Assert.Equal(release, await DetectionWorld.ContractsAsync(sidecar, "served"));
        Assert.Equal($"ok: the app speaks {release}", await DetectionWorld.HealthAsync(sidecar));
        Assert.Contains($"speaks {release}; served: {release}", sidecar.StandardOutput, StringComparison.Ordinal);
        var isRest = release.StartsWith("ragflow-rest", StringComparison.Ordinal);
        Assert.Equal((isRest ? 404 : 200, isRest ? 200 : 404), (after[V1Captcha].Status, after[RestCaptcha].Status));
        // The Go backend names its pictures, the oldest releases take the code with the password.
        Assert.Equal(release == "ragflow-rest-go", after[RestCaptcha].Json?["data"]?["captcha_id"] is not null);
        Assert.Equal(release == "ragflow-v1-single" ? 200 : 404, after["POST /v1/user/forget"].Status);
        // Nobody's requests are not counted among somebody's.
        Assert.DoesNotContain("\nhttp_client_request_duration", await DetectionWorld.MetricsAsync(sidecar), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Probe_OfARelease_AsksNothingThatMeansAnything(string release)
    {
        await using var gate = new ReleaseGate();
        await gate.ComeUpAsync(release);
        await using var sidecar = await DetectionWorld.StartAsync(gate);

        await DetectionWorld.FoundAsync(sidecar, release);

        Assert.Empty(gate.Asked.Select(static question => $"{question.Method} {question.Path} {question.Body}").Except(
            ["GET /api/v1/auth/password/reset ", "GET /v1/user/forget/reset-password ", "GET /v1/user/forget ", "POST /api/v1/auth/password/reset []"]));
        Assert.All(gate.Asked, static question => Assert.True(question.IsProbe));
        Assert.All(gate.Asked, static question => Assert.DoesNotContain("cookie", question.Headers, StringComparison.OrdinalIgnoreCase));
        Assert.All(gate.Asked, static question => Assert.DoesNotContain("traceparent", question.Headers, StringComparison.OrdinalIgnoreCase));
        // The body that only Go understands is for it alone.
        Assert.Equal(release == "ragflow-rest-go", gate.Asked.Any(static question => question.Method == "POST"));
    }

    [Theory]
    [InlineData("strange", "not known: the app does not answer as RAGFlow does")]
    [InlineData("none", "the app is a RAGFlow without a forgot-password flow")]
    [InlineData("hang", "not known yet: the app does not answer")]
    public async Task App_ThatCannotBeRead_IsServedAsBeforeUntilItCan(string what, string detail)
    {
        await using var gate = new ReleaseGate();
        await gate.ComeUpAsync(what);
        await using var sidecar = await DetectionWorld.StartAsync(gate);

        await Eventually.TrueAsync(async () => await DetectionWorld.HealthAsync(sidecar) == $"failing: {detail}", $"{detail}:\n{sidecar.StandardOutput}");

        var answers = await DetectionWorld.AskAllAsync(sidecar);
        Assert.Equal(("picture", "picture"), (answers[V1Captcha].Words, answers[RestCaptcha].Words));
        Assert.Empty(gate.FellThrough);
        Assert.Equal(what is "hang" ? 0 : 1, Count(sidecar, "so which contract it speaks is not known"));

        await gate.ComeUpAsync("ragflow-rest");

        await DetectionWorld.FoundAsync(sidecar, "ragflow-rest");
    }

    [Fact]
    public async Task App_ThatAnswersWithoutEnd_IsNotListenedTo()
    {
        await using var gate = new ReleaseGate();
        var (sent, answers) = (0L, 0);
        await using var huge = new ScriptedApp(
            async (_, stream, cancellation) =>
            {
                Interlocked.Increment(ref answers);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n"u8.ToArray(), cancellation);
                var piece = new byte[64 * 1024];
                for (var left = 1L << 30; left > 0; left -= piece.Length)
                {
                    await stream.WriteAsync(piece, cancellation);
                    Interlocked.Add(ref sent, piece.Length);
                }
            },
            gate.Address.Port);
        await using var sidecar = await DetectionWorld.StartAsync(gate);

        await Eventually.TrueAsync(async () => await DetectionWorld.HealthAsync(sidecar) == "failing: not known: the app does not answer as RAGFlow does", "the app to be judged");

        // What the buffers between the two hold, and no more.
        Assert.InRange(Interlocked.Read(ref sent) / answers, 0, 16L << 20);
    }

    [Fact]
    public async Task App_ThatIsReplaced_IsFollowedUpAndDown()
    {
        await using var gate = new ReleaseGate();
        await gate.ComeUpAsync("ragflow-v1-single");
        await using var sidecar = await DetectionWorld.StartAsync(gate);
        await DetectionWorld.FoundAsync(sidecar, "ragflow-v1-single");
        using var stop = new CancellationTokenSource();
        var asking = AskOnAsync(sidecar, stop.Token);

        string[] history = ["ragflow-v1", "ragflow-rest", "ragflow-rest-go", "ragflow-v1"];
        foreach (var release in history)
        {
            await DetectionWorld.ReplaceAsync(gate, sidecar, release);
            await DetectionWorld.FoundAsync(sidecar, release);
        }

        await stop.CancelAsync();
        await asking;
        Assert.Empty(gate.FellThrough);
        Assert.Equal(1, Count(sidecar, "now speaks ragflow-rest, before it was ragflow-v1;"));
        Assert.Equal("ok: the app speaks ragflow-v1", await DetectionWorld.HealthAsync(sidecar));
        Assert.False(sidecar.HasExited);
    }

    [Fact]
    public async Task Contract_ThatIsConfigured_StaysAndAMismatchIsSaidOnce()
    {
        await using var gate = new ReleaseGate();
        await gate.ComeUpAsync("ragflow-rest");
        await using var sidecar = await DetectionWorld.StartAsync(gate, "contracts=ragflow-v1");

        await DetectionWorld.FoundAsync(sidecar, "ragflow-rest");

        Assert.Equal("ragflow-v1", await DetectionWorld.ContractsAsync(sidecar, "served"));
        Assert.Equal("failing: the app speaks ragflow-rest, and ragflow-v1 is served", await DetectionWorld.HealthAsync(sidecar));
        Assert.Equal("picture", (await DetectionWorld.AskAllAsync(sidecar))[V1Captcha].Words);
        var asked = gate.Asked.Count(static question => question.IsProbe);
        await DetectionWorld.ReplaceAsync(gate, sidecar, "ragflow-rest");
        await Eventually.TrueAsync(() => gate.Asked.Count(static question => question.IsProbe) > asked, "the app to be asked again");
        Assert.Equal(1, Count(sidecar, "speaks ragflow-rest, and ragflow-v1 is served"));

        await DetectionWorld.ReplaceAsync(gate, sidecar, "ragflow-v1");
        await DetectionWorld.FoundAsync(sidecar, "ragflow-v1");

        Assert.Equal("ok: the app speaks ragflow-v1", await DetectionWorld.HealthAsync(sidecar));
    }

    [Fact]
    public async Task Apps_BehindSeveralListeners_TheOneThatIsRagflowTells()
    {
        var socket = Path.Combine(Path.GetTempPath(), $"s{Guid.NewGuid():N}.sock");
        await using var gate = new ReleaseGate();
        await gate.ComeUpAsync("ragflow-rest");
        await using var strange = ScriptedApp.Saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var behind = new SocketDoor(socket, gate.Address);
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = strange.Address,
            Probes = true,
            Environment = new Dictionary<string, string>
            {
                ["SIDECAR__LISTENERS__1__ADDRESS"] = "127.0.0.1",
                ["SIDECAR__LISTENERS__1__PORT"] = $"{FreePort.Next()}",
                ["SIDECAR__LISTENERS__1__UPSTREAM"] = $"unix:{socket}",
            },
        });

        await DetectionWorld.FoundAsync(sidecar, "ragflow-rest");

        Assert.Contains($"The app at unix:{socket} speaks ragflow-rest", sidecar.StandardOutput, StringComparison.Ordinal);
    }

    private static int Count(SidecarProcess sidecar, string words) => sidecar.StandardOutput.Split('\n').Count(line => line.Contains(words, StringComparison.Ordinal));

    private static async Task AskOnAsync(SidecarProcess sidecar, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await DetectionWorld.AskAllAsync(sidecar);
        }
    }
}
