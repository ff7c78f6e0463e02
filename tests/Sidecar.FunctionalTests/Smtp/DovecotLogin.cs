using System.Diagnostics;
using System.Globalization;
using Sidecar.Tests.Mail;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>
/// A Postfix whose logins a real Dovecot of Debian checks, as many mail servers are set up: it speaks XOAUTH2 and OAUTHBEARER,
/// and asks the provider whether the token is good.
/// </summary>
public sealed class DovecotLogin : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private TokenProvider? _provider;
    private Process? _process;

    public PostfixServer Postfix { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Postfix.InitializeAsync();
        if (!File.Exists("/usr/sbin/dovecot") || Postfix.Root is null)
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                throw new InvalidOperationException("Dovecot is not installed.");
            }

            return;
        }

        _provider = await TokenProvider.StartAsync();
        var root = Directory.CreateDirectory(Path.Combine(Postfix.Root, "dovecot")).FullName;
        var socket = Path.Combine(Postfix.Root, "queue/private/login");
        await File.WriteAllTextAsync(Path.Combine(root, "oauth2.conf"), $"""
            introspection_mode = post
            introspection_url = http://127.0.0.1:{_provider.Port}/introspect
            username_attribute = username
            active_attribute = active
            active_value = true

            """);
        await File.WriteAllTextAsync(Path.Combine(root, "dovecot.conf"), Settings(root, socket));
        _process = Process.Start(new ProcessStartInfo("/usr/sbin/dovecot", ["-F", "-c", Path.Combine(root, "dovecot.conf")]))!;
        using var timeout = new CancellationTokenSource(Patience);
        while (!File.Exists(socket))
        {
            Assert.False(_process.HasExited, "Dovecot does not start.");
            await Task.Delay(20, timeout.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            using (var ask = Process.Start(new ProcessStartInfo("kill", [_process.Id.ToString(CultureInfo.InvariantCulture)]))!)
            {
                await ask.WaitForExitAsync();
            }

            using var timeout = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(timeout.Token);
            _process.Dispose();
        }

        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }

        await Postfix.DisposeAsync();
    }

    /// <summary>Ends a test as skipped where there is no Postfix or no Dovecot.</summary>
    public void SkipUnlessRunning()
    {
        Postfix.SkipUnlessRunning();
        Assert.SkipWhen(_process is null, "Dovecot is not installed");
    }

    private static string Settings(string root, string socket) => $$"""
        base_dir = {{root}}/run
        state_dir = {{root}}/state
        log_path = {{root}}/dovecot.log
        protocols =
        ssl = no
        disable_plaintext_auth = no
        auth_mechanisms = xoauth2 oauthbearer
        # A refusal at once: by default it waits, longer for each, to slow guessing down.
        auth_failure_delay = 0 secs
        service anvil {
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        passdb {
          driver = oauth2
          mechanisms = xoauth2 oauthbearer
          args = {{root}}/oauth2.conf
        }
        userdb {
          driver = static
          args = uid=nobody gid=nogroup home=/nonexistent
        }
        service auth {
          unix_listener {{socket}} {
            mode = 0660
            user = postfix
            group = postfix
          }
        }

        """;
}
