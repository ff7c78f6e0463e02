using System.Globalization;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Dashboards;

/// <summary>
/// A day in half a minute: two sidecars on one Redis, people who recover and mistype, somebody who floods, traffic for the app;
/// then the relay, Redis and the app fail in turn.
/// </summary>
internal sealed class LiveDay : IAsyncDisposable
{
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(6);

    private readonly RecoveryWorld world;
    private int clients;

    private LiveDay(RecoveryWorld world, PrometheusServer prometheus) => (this.world, Prometheus) = (world, prometheus);

    public PrometheusServer Prometheus { get; }

    public DateTimeOffset Began { get; private set; }

    public static async Task<LiveDay> StartAsync()
    {
        var world = await RecoveryWorld.StartAsync(new()
        {
            Replicas = 2,
            Users = 400,
            Settings = ["limits.captcha.mode=on", "client_address.trusted_proxies=127.0.0.0/8", "pages.login_link.enabled=true", "accounts.cache=1s"],
        });
        try
        {
            return new(world, await PrometheusServer.StartAsync(world.Sidecars.Select(static sidecar => sidecar.ManagementPort)));
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public async Task PassAsync()
    {
        Began = TimeProvider.System.GetUtcNow();
        await DuringAsync(Phase, RecoverAsync, StumbleAsync, FloodAsync, () => VisitAsync("/"), () => VisitAsync("/demo/echo/a?b"), () => VisitAsync("/nowhere"));

        await world.StopRelayAsync();
        await DuringAsync(Phase, AskAsync, () => VisitAsync("/demo/echo/a?b"));
        world.StartRelay();
        await DuringAsync(Phase, RecoverAsync, AskAsync, () => VisitAsync("/"));

        await world.Redis.KillAsync();
        await DuringAsync(Phase, StumbleAsync, () => VisitAsync("/demo/echo/a?b"));
        await world.Redis.StartAsync();
        await RedisServer.UntilAsync(world.IsServingAsync, RecoveryWorld.Patience, "recovery did not come back");
        await DuringAsync(Phase, RecoverAsync, StumbleAsync, () => VisitAsync("/demo/echo/a?b"));

        await world.App.DisposeAsync();
        await DuringAsync(Phase, AskAsync, () => VisitAsync("/demo/echo/a?b"));
    }

    public async ValueTask DisposeAsync()
    {
        await Prometheus.DisposeAsync();
        await world.DisposeAsync();
    }

    /// <summary>Each of them again and again, at a pace that leaves the machine room.</summary>
    private static Task DuringAsync(TimeSpan time, params IReadOnlyList<Func<Task>> acts) => Task.WhenAll(acts.Select(async act =>
    {
        using var bound = new CancellationTokenSource(time);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(150));
        do
        {
            await act();
        }
        while (!bound.IsCancellationRequested && await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken));
    }));

    private async Task RecoverAsync()
    {
        var (email, client) = (world.NewUser(), Newcomer());
        await client.CaptchaAsync(email);
        if ((await client.CodeAsync(email)).Words.StartsWith("0 ", StringComparison.Ordinal))
        {
            await client.VerifyAsync(email, await world.MailedCodeAsync(email));
            await client.ResetAsync(email);
        }
    }

    private async Task StumbleAsync()
    {
        var (email, client) = (world.NewUser(), Newcomer());
        await client.CaptchaAsync(email);
        await client.CodeAsync(email, "WRONG");
        await client.CaptchaAsync(email);
        await client.CodeAsync(email);
        await client.VerifyAsync(email, "QQQQQQQQ");
        await client.ResetAsync(email);
    }

    private async Task AskAsync()
    {
        var (email, client) = (world.NewUser(), Newcomer());
        await client.CaptchaAsync(email);
        await client.CodeAsync(email);
    }

    private async Task FloodAsync() => await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => world.NewClient().From("203.0.113.9").CaptchaAsync("alice@example.com")));

    private async Task VisitAsync(string target) =>
        await RawHttp.SendAsync(new(world.Sidecars[Interlocked.Increment(ref clients) % 2].BaseUrl, "GET", target), TestContext.Current.CancellationToken);

    /// <summary>A client of a network of its own.</summary>
    private RecoveryClient Newcomer()
    {
        var number = Interlocked.Increment(ref clients);
        return world.NewClient(number % 2).From(string.Create(CultureInfo.InvariantCulture, $"198.18.{number / 250}.{1 + (number % 250)}"));
    }
}
