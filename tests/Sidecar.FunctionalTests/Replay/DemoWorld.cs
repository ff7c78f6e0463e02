using System.Diagnostics;
using System.Globalization;
using Sidecar.Demo;
using Sidecar.Demo.App;
using Sidecar.Demo.Mail;
using Sidecar.FunctionalTests.Hosting;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>
/// The real binary on a real Redis, serving one contract, in front of the demo's app as the strict stand-in for the releases that have
/// it, which looks for the flag where RAGFlow does: in Redis.
/// </summary>
internal sealed class DemoWorld : IReplayWorld, IAsyncDisposable
{
    private const string FixedAnswer = "FIXED";
    private static readonly TimeSpan RedisRecovery = TimeSpan.FromSeconds(3);

    private readonly RedisServer redis;
    private readonly ConnectionMultiplexer appRedis;
    private readonly StandInUsers users;
    private readonly DemoApp app;
    private readonly Inbox inbox;
    private readonly LoopbackSite inboxSite;
    private readonly int smtpPort;
    private readonly AppPaths paths;
    private SmtpSink? relay;
    private SidecarProcess? sidecar;

    /// <summary>Circuit breakers may remember what was taken away: the next scenario gets a process that remembers nothing.</summary>
    private bool disturbed;

    private DemoWorld(RedisServer redis, ConnectionMultiplexer appRedis, DemoApp app, Inbox inbox, LoopbackSite inboxSite, AppPaths paths)
    {
        (this.redis, this.appRedis, this.app, this.inbox, this.inboxSite) = (redis, appRedis, app, inbox, inboxSite);
        this.paths = paths;
        users = new StandInUsers(app);
        relay = SmtpSink.Start(0, inbox);
        smtpPort = relay.Port;
        Mailbox = new InboxMailbox(inboxSite.Address);
    }

    public Uri BaseUrl => sidecar!.BaseUrl;

    public Uri ManagementUrl => sidecar!.ManagementUrl;

    public IMailbox Mailbox { get; }

    public string CaptchaAnswer => FixedAnswer;

    public DemoApp App => app;

    /// <summary>The app's own Redis.</summary>
    public IDatabase AppRedis => appRedis.GetDatabase(1);

    public string PublicKeyPem => app.Cipher.PublicKeyPem;

    public bool HasRedis => true;

    /// <summary>What the sidecar logged, for a failing test's message.</summary>
    public string Log => sidecar is null ? "" : sidecar.StandardOutput + sidecar.StandardError;

    /// <summary>What fell through to the app's own recovery handlers, which nothing may.</summary>
    public IReadOnlyList<string> FellThrough => app.TrapHits.Targets;

    public static async Task<DemoWorld> StartAsync(AppRelease release, CancellationToken cancellationToken)
    {
        var redis = await RedisServer.StartNewAsync();
        var appRedis = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint + ",abortConnect=false");
        var inbox = new Inbox(TimeProvider.System);
        var app = await DemoApp.StartAsync(new(new RedisFlags(appRedis.GetDatabase(1))) { ExtraUsers = StandInUsers.Extra, Release = release, Store = new RedisStore(appRedis.GetDatabase(1)) });
        return new DemoWorld(redis, appRedis, app, inbox, await InboxSite.StartAsync(0, inbox), AppPaths.Of(release));
    }

    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        await StartMailAsync(cancellationToken);
        await redis.FlushAsync();
        inbox.Clear();
        users.Reset();
        if (sidecar is null || disturbed)
        {
            await (sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
            sidecar = await SidecarProcess.StartAsync(Launch(), cancellationToken);
            disturbed = false;
        }
    }

    public Task EmptyStoreAsync(CancellationToken cancellationToken) => redis.FlushAsync();

    public Task LogOutAsync(string address, CancellationToken cancellationToken)
    {
        app.Users.LogOut(app.Users.Find(address)!);
        return Task.CompletedTask;
    }

    public async Task StopMailAsync(CancellationToken cancellationToken)
    {
        disturbed = true;
        await relay!.DisposeAsync();
        relay = null;
    }

    public Task StartMailAsync(CancellationToken cancellationToken)
    {
        relay ??= SmtpSink.Start(smtpPort, inbox);
        return Task.CompletedTask;
    }

    public Task StopRedisAsync(CancellationToken cancellationToken)
    {
        disturbed = true;
        return redis.KillAsync();
    }

    public async Task StartRedisAsync(CancellationToken cancellationToken)
    {
        await redis.StartAsync();
        var started = Stopwatch.GetTimestamp();
        while (!await HandsOutCaptchasAsync(cancellationToken) && Stopwatch.GetElapsedTime(started) < RedisRecovery)
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (relay?.DisposeAsync() ?? ValueTask.CompletedTask);
        await inboxSite.DisposeAsync();
        await app.DisposeAsync();
        await appRedis.DisposeAsync();
        await redis.DisposeAsync();
    }

    private async Task<bool> HandsOutCaptchasAsync(CancellationToken cancellationToken)
    {
        var answer = await RawHttp.SendAsync(new(BaseUrl, paths.CaptchaMethod, paths.Captcha + "?email=carol@example.com"), cancellationToken);
        return Answer.Of(answer).Kind == Answer.Image;
    }

    private SidecarLaunch Launch() => new()
    {
        Probes = true,
        Upstream = app.Address,
        Files = new Dictionary<string, string>
        {
            ["service_conf.yaml"] = string.Create(CultureInfo.InvariantCulture, $"""
                smtp:
                  mail_server: "127.0.0.1"
                  mail_port: {smtpPort}
                  mail_use_ssl: false
                  mail_use_tls: false
                  mail_username: ""
                  mail_password: ""
                  mail_default_sender: ["RAGFlow", "noreply@ragflow.test"]
                  mail_frontend_url: "https://ragflow.test"
                redis:
                  db: 1
                  username: ""
                  password: ""
                  host: "{redis.Endpoint}"
                """),
            ["sidecar.yaml"] = $$"""
                contracts: [{{paths.Contract}}]
                recovery: { answers: app, notice: false }
                captcha: { fixed_answer: {{FixedAnswer}} }
                mail: { block_reserved_domains: false }
                limits:
                  client: { mode: "off" }
                  captcha: { mode: "off" }
                  recipient-hour: { mode: "off" }
                  recipient-day: { mode: "off" }
                  guesses: { mode: "off" }
                  mail-global: { mode: "off" }
                """,
        },
    };
}
