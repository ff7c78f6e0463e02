using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Sidecar.Demo;
using Sidecar.Demo.App;
using Sidecar.Demo.Mail;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Replay;
using Sidecar.Otp;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>
/// The real binary, once or several times, on a real Redis, between clients and the demo's app as the strict stand-in for
/// RAGFlow, with a mailbox behind the relay.
/// </summary>
internal sealed class RecoveryWorld : IAsyncDisposable
{
    /// <summary>The answer to every captcha in Development.</summary>
    public const string Captcha = "FIXED";

    /// <summary>Long enough for a loaded machine; whoever waits polls.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string tag;
    private readonly int userCount;
    private readonly ConnectionMultiplexer appRedis;
    private readonly Inbox inbox;
    private readonly LoopbackSite inboxSite;
    private readonly int relayPort;
    private SmtpSink? relay;
    private Uri? upstream;
    private int users;

    private RecoveryWorld(string tag, int userCount, RedisServer redis, ConnectionMultiplexer appRedis, CountingFlags flags, DemoApp app, Inbox inbox, LoopbackSite inboxSite)
    {
        (this.tag, this.userCount, Redis, this.appRedis, Flags, App, this.inbox, this.inboxSite) = (tag, userCount, redis, appRedis, flags, app, inbox, inboxSite);
        relay = SmtpSink.Start(0, inbox);
        relayPort = relay.Port;
        Mailbox = new InboxMailbox(inboxSite.Address);
    }

    public RedisServer Redis { get; }

    /// <summary>The app's own view of its Redis.</summary>
    public IDatabase AppRedis => appRedis.GetDatabase(1);

    public CountingFlags Flags { get; }

    public DemoApp App { get; }

    public IMailbox Mailbox { get; }

    /// <summary>The inbox's site, which shows whole mails.</summary>
    public Uri InboxUrl => inboxSite.Address;

    public IReadOnlyList<SidecarProcess> Sidecars { get; private set; } = [];

    public SidecarProcess Sidecar => Sidecars[0];

    /// <summary>The port of the world's own sink, also while it is stopped.</summary>
    public int RelayPort => relayPort;

    /// <summary>What the sidecars said so far.</summary>
    public string Log => string.Concat(Sidecars.Select(static s => s.StandardOutput + s.StandardError));

    /// <param name="setup">What is not as usual.</param>
    /// <param name="waits">Whether to wait until captchas are handed out.</param>
    public static async Task<RecoveryWorld> StartAsync(RecoverySetup setup, bool waits = true)
    {
        // Mailboxes may be shared between worlds; addresses are not.
        var tag = RandomNumberGenerator.GetHexString(6, lowercase: true);
        var redis = await RedisServer.StartNewAsync();
        await (setup.Prepare?.Invoke(redis) ?? Task.CompletedTask);
        var appRedis = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint + ",abortConnect=false,syncTimeout=20000,asyncTimeout=20000");
        var flags = new CountingFlags(new RedisFlags(appRedis.GetDatabase(1)));
        var users = Enumerable.Range(1, setup.Users).Select(n => new SeededUser(Address(tag, n), "old-password"));
        var app = await DemoApp.StartAsync(new(flags) { Release = setup.Release, ExtraUsers = [.. users, .. setup.OtherUsers] });
        var inbox = new Inbox(TimeProvider.System);
        var world = new RecoveryWorld(tag, setup.Users, redis, appRedis, flags, app, inbox, await InboxSite.StartAsync(0, inbox)) { upstream = setup.App is null ? app.Address : await setup.App(redis) };
        try
        {
            await world.StartSidecarsAsync(setup, waits);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>A user of the app nobody has used before, whose password is <c>old-password</c>.</summary>
    public string NewUser()
    {
        var n = Interlocked.Increment(ref users);
        Assert.True(n <= userCount, "more users than the world has");
        return Address(tag, n);
    }

    /// <summary>An address as long as this user's that nobody has.</summary>
    public string UnknownLike(string user) => user.Replace(tag, new string([.. tag.Reverse()]) is var back && back == tag ? "zzzzzz" : back, StringComparison.Ordinal);

    /// <param name="replica">Which sidecar it talks to.</param>
    /// <param name="contract">As <see cref="RecoveryClient.Contract"/>.</param>
    public RecoveryClient NewClient(int replica = 0, string contract = "v1") => new(this, Sidecars[replica].BaseUrl) { Contract = contract };

    public string Encrypt(string password) => App.Cipher.Encrypt(password);

    /// <summary>Ends every sidecar and starts others on the same Redis; clients made before speak to nobody.</summary>
    public async Task RestartAsync(RecoverySetup setup)
    {
        foreach (var sidecar in Sidecars)
        {
            await sidecar.DisposeAsync();
        }

        await StartSidecarsAsync(setup, waits: true);
    }

    /// <summary>Moves every sidecar's clock.</summary>
    public async Task AdvanceAsync(int seconds)
    {
        foreach (var sidecar in Sidecars)
        {
            var target = string.Create(CultureInfo.InvariantCulture, $"/dev/advance?seconds={seconds}");
            Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.ManagementUrl, "POST", target), default)).Status);
        }
    }

    /// <summary>The address's mails as the inbox has them, oldest first.</summary>
    public async Task<IReadOnlyList<JsonNode>> ReadMailsAsync(string email)
    {
        var answer = await RawHttp.SendAsync(new(inboxSite.Address, "GET", "/api/messages"), default);
        return [.. JsonNode.Parse(answer.Body)!.AsArray().Reverse().Select(static mail => mail!).Where(mail => mail["to"]!.ToJsonString().Contains(email, StringComparison.OrdinalIgnoreCase))];
    }

    public async Task<int> CountMailsAsync(string email) => (await Mailbox.ReadAsync(default)).Count(mail => IsFor(mail, email));

    /// <summary>Waits for the address's mail number <paramref name="number"/>, and reads its code.</summary>
    public async Task<string> MailedCodeAsync(string email, int number = 1)
    {
        var code = "";
        await RedisServer.UntilAsync(
            async () =>
            {
                code = (await Mailbox.ReadAsync(default)).Where(mail => IsFor(mail, email)).ElementAtOrDefault(number - 1)?.Code ?? "";
                return code.Length > 0;
            },
            Patience,
            $"mail {number} did not come");
        return code;
    }

    public async Task StopRelayAsync()
    {
        await (relay?.DisposeAsync() ?? ValueTask.CompletedTask);
        relay = null;
    }

    public void StartRelay() => relay ??= SmtpSink.Start(relayPort, inbox);

    /// <summary>Whether a captcha is handed out, which takes the store and nothing else.</summary>
    public async Task<bool> IsServingAsync()
    {
        foreach (var sidecar in Sidecars)
        {
            if (!(await new RecoveryClient(this, sidecar.BaseUrl).CaptchaAsync("alice@example.com")).IsPicture)
            {
                return false;
            }
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in Sidecars)
        {
            await sidecar.DisposeAsync();
        }

        await StopRelayAsync();
        await inboxSite.DisposeAsync();
        await App.DisposeAsync();
        await appRedis.DisposeAsync();
        await Redis.DisposeAsync();
    }

    /// <summary>A mail with a code; the notice of a reset has none and comes when it comes.</summary>
    private static bool IsFor(ReceivedMail mail, string email) => mail.Code is not null && mail.Recipient.Equals(email.Trim(), StringComparison.OrdinalIgnoreCase);

    private static string Address(string tag, int number) => string.Create(CultureInfo.InvariantCulture, $"user{number}.{tag}@example.com");

    private async Task StartSidecarsAsync(RecoverySetup setup, bool waits)
    {
        var launch = Launch(setup);
        Sidecars = await Task.WhenAll(Enumerable.Range(0, setup.Replicas).Select(_ => SidecarProcess.StartAsync(launch)));
        await RedisServer.UntilAsync(async () => !waits || await IsServingAsync(), Patience, "recovery did not come up:\n" + Log);
    }

    private SidecarLaunch Launch(RecoverySetup setup) => new()
    {
        Upstream = upstream!,
        Probes = true,
        Development = setup.Development,
        StartTimeout = TimeSpan.FromSeconds(90),
        Settings =
        [
            $"recovery.answers={setup.Answers}", "recovery.mail_spread=0s", "mail.block_reserved_domains=false", "limits.client.mode=off", "limits.captcha.mode=off",
            .. setup.Development ? [$"captcha.fixed_answer={Captcha}"] : Array.Empty<string>(), .. setup.Settings.Select(setting => setting.Replace("{redis}", Redis.Endpoint, StringComparison.Ordinal)),
        ],
        Files = new Dictionary<string, string>
        {
            // As it lies beside RAGFlow's own settings, for the pages.
            ["public.pem"] = App.Cipher.PublicKeyPem,
            ["service_conf.yaml"] = $"{setup.Smtp ?? SinkSection()}\nredis:\n  db: 1\n  username: \"\"\n  password: \"\"\n  host: \"{Redis.Endpoint}\"\n{setup.AppSections}",
            ["sidecar.yaml"] = setup.Keys ?? $"keys:\n  - id: test\n    secret: \"{KeyRing.NewSecret()}\"\npepper: \"{KeyRing.NewSecret()}\"\n",
        },
    };

    private string SinkSection() => string.Create(CultureInfo.InvariantCulture, $"""
        smtp:
          mail_server: "127.0.0.1"
          mail_port: {relayPort}
          mail_use_ssl: false
          mail_use_tls: false
          mail_default_sender: ["RAGFlow", "noreply@ragflow.test"]
          mail_frontend_url: "https://ragflow.test"
        """);
}
