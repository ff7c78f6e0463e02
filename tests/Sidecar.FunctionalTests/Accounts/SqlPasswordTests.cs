using System.Globalization;
using Sidecar.Accounts;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;
using Sidecar.FunctionalTests.Reload;

namespace Sidecar.FunctionalTests.Accounts;

/// <summary>The reader's password is exchanged while people recover their accounts.</summary>
/// <param name="server">Where the reader is.</param>
/// <param name="isInTheAppsFile">Whether the password stands in the app's own file, or in one of its own.</param>
public abstract class SqlPasswordTests(DatabaseServer server, bool isInTheAppsFile)
{
    [Fact]
    public async Task Password_ExchangedUnderLoad_FailsNoRecovery()
    {
        server.Require();
        var section = server.Provider == SqlProvider.Postgres ? "postgres" : "mysql";
        await server.SetPasswordAsync(DatabaseServer.Reader, "first-password");
        try
        {
            using var secret = new MountedSecret("first-password");
            var settings = isInTheAppsFile ? ["accounts.kind=sql", "accounts.cache=0s", "redis.timeout=5s"] : (string[])[.. DatabaseServer.Place(server.Options), $"accounts.sql.password_file={secret.File}", "redis.timeout=5s"];
            await using var world = await RecoveryWorld.StartAsync(new() { Settings = settings, AppSections = isInTheAppsFile ? Section("first-password") : "" });
            await RecoverAsync(world);
            using var stop = new CancellationTokenSource();
            var load = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => RecoverAsync(world, stop.Token))));

            // The database does not know it yet: the old one stays, and nothing of the change is used.
            Write(world, secret, "second-password");
            await Eventually.TrueAsync(() => world.Log.Contains("nothing of the change is used", StringComparison.Ordinal), "it is refused\n" + world.Log);
            Assert.Contains("refuses the login", world.Log, StringComparison.Ordinal);
            await RecoverAsync(world);
            await server.SetPasswordAsync(DatabaseServer.Reader, "second-password");
            // Not asked to look: it tries again by itself.
            var key = isInTheAppsFile ? $"{section}.password" : "accounts.sql.password";
            await Eventually.TrueAsync(() => world.Log.Contains($"{key}: *** -> ***, in force", StringComparison.Ordinal), "the password is in force\n" + world.Log);

            // Whoever comes anew comes by the new one.
            await server.DisconnectAsync(DatabaseServer.Reader);
            await RecoverAsync(world);
            await stop.CancelAsync();
            Assert.True((await load).Sum() > 2);
            Assert.DoesNotContain("takes effect after a restart", world.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("first-password", world.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("second-password", world.Log, StringComparison.Ordinal);
        }
        finally
        {
            await server.SetPasswordAsync(DatabaseServer.Reader, DatabaseServer.Password);
        }

        string Section(string password) => string.Create(
            CultureInfo.InvariantCulture,
            $"{section}:\n  name: '{DatabaseServer.Database}'\n  user: '{DatabaseServer.Reader}'\n  password: '{password}'\n  host: '127.0.0.1'\n  port: {server.Port}\n");

        void Write(RecoveryWorld world, MountedSecret secret, string password)
        {
            var file = Path.Combine(world.Sidecar.ConfigurationDirectory, "service_conf.yaml");
            if (isInTheAppsFile)
            {
                File.WriteAllText(file + ".new", File.ReadAllText(file).Replace("first-password", password, StringComparison.Ordinal));
                File.Move(file + ".new", file, overwrite: true);
            }
            else
            {
                secret.Swap(password);
            }
        }
    }

    /// <summary>Whole recoveries, one after the other, none of which may fail.</summary>
    private async Task<int> RecoverAsync(RecoveryWorld world, CancellationToken stop)
    {
        var flows = 0;
        for (; !stop.IsCancellationRequested && flows < 25; flows++)
        {
            await RecoverAsync(world);
            await Task.Delay(200, CancellationToken.None);
        }

        return flows;
    }

    private async Task RecoverAsync(RecoveryWorld world)
    {
        var (email, client) = (world.NewUser(), world.NewClient());
        await server.AddAsync(email);
        await client.ProveAsync(email);
        Assert.Equal(0, (await client.ResetAsync(email)).Code);
    }
}

/// <summary>On MariaDB, in RAGFlow's file.</summary>
[Collection(OnMariaDb.Name)]
public sealed class MariaDbPasswordTests(MariaDbServer server) : SqlPasswordTests(server, isInTheAppsFile: true);

/// <summary>On PostgreSQL, in a file of its own.</summary>
[Collection(OnPostgres.Name)]
public sealed class PostgresPasswordTests(PostgresServer server) : SqlPasswordTests(server, isInTheAppsFile: false);
