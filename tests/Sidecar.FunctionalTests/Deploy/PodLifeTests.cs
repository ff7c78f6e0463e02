using Sidecar.Demo;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;
using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>A pod's life with plain processes, from what the cluster would be sent: who starts first, what the probes say, who ends first.</summary>
public sealed class PodLifeTests
{
    [Theory]
    [InlineData("base")]
    [InlineData("overlays/ragflow-kustomize")]
    public async Task Start_BeforeTheApp_IsReadyAndServesOnceTheAppIsThere(string folder)
    {
        var rendering = await Kustomize.RenderAsync(folder);
        var appPort = FreePort.Next();
        await using var pod = new Pod(rendering, new Uri($"http://127.0.0.1:{appPort}"));

        // The kubelet starts the app's container only when this has succeeded.
        await pod.StartUpAsync();
        Assert.All(await AnswersAsync(pod, "/slow"), static status => Assert.Equal(502, status));
        await AssertReadyAndLiveAsync(pod, rendering);

        await using var app = await LoopbackSite.StartAsync(appPort, static context => context.Response.Body.WriteAsync("app"u8.ToArray(), context.RequestAborted).AsTask());
        Assert.All(await AnswersAsync(pod, "/"), static status => Assert.Equal(200, status));
        await AssertReadyAndLiveAsync(pod, rendering);
    }

    /// <summary>The kubelet of an IPv6 cluster dials the pod's IPv6 address.</summary>
    [Fact]
    public async Task Probes_ByIPv6_AreAnsweredToo()
    {
        Assert.SkipUnless(File.Exists("/proc/net/if_inet6"), "this machine has no IPv6");
        var rendering = await Kustomize.RenderAsync("base");
        await using var pod = new Pod(rendering, new Uri("http://127.0.0.1:9"));
        await pod.StartUpAsync();

        foreach (var (port, target) in new[] { ("management", "/livez"), ("sidecar", "/v1/user/forget/captcha") })
        {
            using var six = new System.Net.Sockets.TcpClient(System.Net.Sockets.AddressFamily.InterNetworkV6);
            await six.ConnectAsync(System.Net.IPAddress.IPv6Loopback, pod.Url(port).Port, TestContext.Current.CancellationToken);
            await six.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
            using var answer = new StreamReader(six.GetStream());
            Assert.Equal("HTTP/1.1 200 OK", await answer.ReadLineAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Probes_BeforeTheProcessListens_SayNothing()
    {
        var rendering = await Kustomize.RenderAsync("base");
        await using var pod = new Pod(rendering, new Uri("http://127.0.0.1:9"));
        pod.Terminate();
        await pod.EndAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, await pod.ProbeAsync(rendering.Sidecar.StartupProbe));
        Assert.Equal(0, await pod.ProbeAsync(rendering.Sidecar.ReadinessProbe));
    }

    /// <summary>preStop of the app while requests still arrive, the app's own end with a stream open, and only then the sidecar's.</summary>
    [Fact]
    public async Task Stop_InTheOrderOfThePod_RefusesNothingAndCutsNoStream()
    {
        var rendering = await Kustomize.RenderAsync("base");
        var finish = new TaskCompletionSource();
        var app = await LoopbackSite.StartAsync(0, async context =>
        {
            await context.Response.Body.WriteAsync("first"u8.ToArray(), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (context.Request.Path == "/stream")
            {
                await finish.Task;
                await context.Response.Body.WriteAsync("last"u8.ToArray(), context.RequestAborted);
            }
        });
        await using var pod = new Pod(rendering, app.Address);
        await pod.StartUpAsync();
        await using var stream = await RawConnection.OpenAsync(pod.Url("sidecar"));
        await stream.SendAsync("GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await stream.ReadUntilAsync("first");

        // 1. The app's preStop: endpoints still lead here, and nobody has told the sidecar anything.
        var sleep = TimeSpan.FromSeconds(rendering.App.Lifecycle.PreStop.Sleep.Seconds);
        var until = TimeProvider.System.GetTimestamp();
        for (var asked = 0; asked < 20 || TimeProvider.System.GetElapsedTime(until) < sleep; asked++)
        {
            Assert.All(await AnswersAsync(pod, "/"), static status => Assert.Equal(200, status));
            await AssertReadyAndLiveAsync(pod, rendering);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        // 2. SIGTERM to the app, which finishes what it has and ends.
        finish.SetResult();
        Assert.EndsWith("last\r\n0\r\n\r\n", await stream.ReadToEndAsync(), StringComparison.Ordinal);
        await app.DisposeAsync();
        Assert.All(await AnswersAsync(pod, "/"), static status => Assert.Equal(502, status));
        await AssertReadyAndLiveAsync(pod, rendering);

        // 3. SIGTERM to the sidecar, within what is left of the pod's time.
        pod.Terminate();
        Assert.Equal(0, await pod.EndAsync(TimeSpan.FromSeconds(rendering.Pod.TerminationGracePeriodSeconds!.Value) - sleep));
    }

    /// <summary>With Redis and two replicas: the code that the old pod mailed is verified and spent at the new one.</summary>
    [Fact]
    public async Task RollingUpdate_WithACodeUnderWay_LosesNothing()
    {
        var rendering = await Kustomize.RenderAsync("overlays/ragflow-kustomize", "replicas");
        await using var world = await RecoveryWorld.StartAsync(new() { Users = 1 });
        var secrets = new Dictionary<string, string> { ["key-id"] = "first", ["key-secret"] = KeyRing.NewSecret(), ["pepper"] = KeyRing.NewSecret() };
        await using var old = new Pod(rendering, world.App.Address, secrets, Reach(world));
        await old.StartUpAsync();
        var user = world.NewUser();
        var before = new RecoveryClient(world, old.Url("sidecar"));
        await Eventually.TrueAsync(async () => (await before.CaptchaAsync(user)).IsPicture, "the old pod's recovery: " + old.Log);
        var code = await before.StartAsync(user);

        await using var next = new Pod(rendering, world.App.Address, secrets, Reach(world));
        await next.StartUpAsync();
        old.Terminate();
        Assert.Equal(0, await old.EndAsync(TimeSpan.FromSeconds(60)));

        var after = new RecoveryClient(world, next.Url("sidecar")) { Ticket = before.Given };
        Assert.Equal("0 otp verified", (await after.VerifyAsync(user, code)).Words);
        after.Ticket = after.Given;
        Assert.Equal(0, (await after.ResetAsync(user, "brand-new-password")).Code);
        Assert.True(await after.LogsInAsync(user, "brand-new-password"));
    }

    /// <summary>The two keys of the Secret, in the order of the README: nobody's ticket is refused at any step of a rotation.</summary>
    [Fact]
    public async Task Rotation_OfTheKeys_LosesNoCodeAtAnyStep()
    {
        var rendering = await Kustomize.RenderAsync("overlays/ragflow-kustomize", "replicas");
        await using var world = await RecoveryWorld.StartAsync(new() { Users = 3 });
        var (first, second, pepper) = (KeyRing.NewSecret(), KeyRing.NewSecret(), KeyRing.NewSecret());
        Dictionary<string, string> Secrets(string id, string secret, string? otherId, string? other)
        {
            var secrets = new Dictionary<string, string> { ["key-id"] = id, ["key-secret"] = secret, ["pepper"] = pepper };
            if (otherId is not null)
            {
                (secrets["other-key-id"], secrets["other-key-secret"]) = (otherId, other!);
            }

            return secrets;
        }

        Dictionary<string, string>[] steps = [Secrets("a", first, null, null), Secrets("a", first, "b", second), Secrets("b", second, "a", first), Secrets("b", second, null, null)];
        for (var step = 1; step < steps.Length; step++)
        {
            await using var old = new Pod(rendering, world.App.Address, steps[step - 1], Reach(world));
            await using var next = new Pod(rendering, world.App.Address, steps[step], Reach(world));
            await Task.WhenAll(old.StartUpAsync(), next.StartUpAsync());
            // While both serve, a client meets either. The last step drops a key, which is why the README waits before it.
            var user = world.NewUser();
            var (from, to) = step == steps.Length - 1 ? (next, old) : (old, next);
            var client = new RecoveryClient(world, from.Url("sidecar"));
            await Eventually.TrueAsync(async () => (await client.CaptchaAsync(user)).IsPicture, "recovery: " + from.Log);
            var code = await client.StartAsync(user);
            var other = new RecoveryClient(world, to.Url("sidecar")) { Ticket = client.Given };
            Assert.Equal($"{step}: 0 otp verified", $"{step}: {(await other.VerifyAsync(user, code)).Words}");
        }
    }

    private static Dictionary<string, string> Reach(RecoveryWorld world) => new()
    {
        ["DOTNET_ENVIRONMENT"] = "Development",
        ["SIDECAR__LISTENERS__0__ADDRESS"] = "127.0.0.1",
        ["SIDECAR__LISTENERS__1__ADDRESS"] = "127.0.0.1",
        ["SIDECAR__CAPTCHA__FIXED_ANSWER"] = RecoveryWorld.Captcha,
        ["SIDECAR__RECOVERY__MAIL_SPREAD"] = "0s",
        ["SIDECAR__MAIL__BLOCK_RESERVED_DOMAINS"] = "false",
        ["SIDECAR__REDIS__HOST"] = world.Redis.Endpoint,
        ["SIDECAR__SMTP__MAIL_SERVER"] = "127.0.0.1",
        ["SIDECAR__SMTP__MAIL_PORT"] = $"{world.RelayPort}",
        ["SIDECAR__SMTP__MAIL_USE_SSL"] = "false",
        ["SIDECAR__SMTP__MAIL_FROM_ADDRESS"] = "noreply@ragflow.test",
    };

    /// <summary>Through every Service that leads to the sidecar.</summary>
    private static async Task<int[]> AnswersAsync(Pod pod, string target)
    {
        var answers = new List<int>();
        foreach (var url in pod.PublicUrls)
        {
            answers.Add((await RawHttp.SendAsync(new(url, "GET", target), TestContext.Current.CancellationToken)).Status);
        }

        return [.. answers];
    }

    private static async Task AssertReadyAndLiveAsync(Pod pod, Rendering rendering)
    {
        Assert.Equal(200, await pod.ProbeAsync(rendering.Sidecar.ReadinessProbe));
        Assert.Equal(200, await pod.ProbeAsync(rendering.Sidecar.LivenessProbe));
    }
}
