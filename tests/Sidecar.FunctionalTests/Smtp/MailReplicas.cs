using System.Globalization;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>Real processes on one Redis before one relay, that can be killed and started again; every address is an account.</summary>
internal sealed class MailReplicas : IAsyncDisposable
{
    private readonly string secret = KeyRing.NewSecret();
    private readonly string pepper = KeyRing.NewSecret();
    private readonly SidecarLaunch launch;
    private readonly SidecarProcess?[] sidecars;

    private MailReplicas(int count, RedisServer redis, LedgerRelay relay, IReadOnlyList<string> settings)
    {
        sidecars = new SidecarProcess?[count];
        launch = new()
        {
            Upstream = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}")),
            StartTimeout = TimeSpan.FromSeconds(90),
            Settings =
            [
                "accounts.kind=any", "captcha.fixed_answer=FIXED", "recovery.mail_spread=100ms", "recovery.code.ttl=10m", "mail.block_reserved_domains=false", "mail.queue_capacity=100000",
                "mail.lease=3s", "redis.timeout=2s", "limits.client.mode=off", "limits.captcha.mode=off", "limits.mail-global.mode=off", .. settings,
            ],
            Files = new Dictionary<string, string>
            {
                ["service_conf.yaml"] = string.Create(CultureInfo.InvariantCulture, $"""
                    smtp:
                      mail_server: "127.0.0.1"
                      mail_port: {relay.Port}
                      mail_use_ssl: false
                      mail_use_tls: false
                      mail_default_sender: ["Acme", "noreply@acme.test"]
                      mail_frontend_url: "https://acme.test"
                    redis:
                      db: 1
                      host: "{redis.Endpoint}"
                    """),
                ["sidecar.yaml"] = $"keys:\n  - id: test\n    secret: \"{secret}\"\npepper: \"{pepper}\"\n",
            },
        };
    }

    /// <summary>The ring of all of them.</summary>
    public KeyRing Keys => new([new RingKey("test", Convert.FromBase64String(secret))], Convert.FromBase64String(pepper));

    public IReadOnlyList<SidecarProcess> Running => [.. sidecars.OfType<SidecarProcess>()];

    public static MailReplicas Of(int count, RedisServer redis, LedgerRelay relay, params string[] settings) => new(count, redis, relay, settings);

    public Task StartAllAsync() => Task.WhenAll(Enumerable.Range(0, sidecars.Length).Select(StartAsync));

    public async Task StartAsync(int number)
    {
        for (var again = 3; ; again--)
        {
            try
            {
                Volatile.Write(ref sidecars[number], await SidecarProcess.StartAsync(launch));
                return;
            }
            catch (Exception) when (again > 0)
            {
                // In hundreds of starts, somebody else now and then is quicker to have a port.
            }
        }
    }

    /// <summary>One that runs, by turns.</summary>
    public SidecarProcess? Pick(int turn) => Volatile.Read(ref sidecars[turn % sidecars.Length]);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(int number)
    {
        var killed = sidecars[number]!;
        killed.Kill();
        Volatile.Write(ref sidecars[number], null);
        await killed.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in Running)
        {
            await sidecar.DisposeAsync();
        }
    }
}
