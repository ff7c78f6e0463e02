using System.Collections;
using Sidecar.Commands;
using Sidecar.Demo.App;
using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Demo;

/// <summary>
/// The sidecar within the demo's process, on its memory store, handing proofs to the app without a Redis in between.
/// </summary>
internal static class DemoSidecar
{
    private const string EnvironmentPrefix = "SIDECAR__";

    /// <param name="ports">Where it and its neighbours listen.</param>
    /// <param name="release">Whose contract it serves.</param>
    /// <param name="handoff">The app's side of the proof.</param>
    /// <param name="publicKeyPem">What the app decrypts passwords with has this other half.</param>
    public static async Task<IAsyncDisposable> StartAsync(DemoPorts ports, AppRelease release, IHandoff handoff, string publicKeyPem)
    {
        var environment = Environment.GetEnvironmentVariables();
        // It stays while the sidecar runs, which looks at its settings every few seconds.
        var folder = Directory.CreateTempSubdirectory("sidecar-demo-");
        var key = Path.Combine(folder.FullName, "public.pem");
        await File.WriteAllTextAsync(key, publicKeyPem);
        var arguments = new CommandLine("run", Path.Combine(AppContext.BaseDirectory, "conf"), [.. Settings(ports, release, environment), $"pages.password.public_key={key}"], "");
        var options = SidecarOptions.Read(arguments, environment, handsOver: true);
        var app = SidecarApplication.Create(options, new SidecarClock(), handoff);
        RunCommand.AnnounceTrouble(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sidecar"), options);
        await app.StartAsync();
        return new Running(app, folder);
    }

    /// <summary>
    /// What the demo sets, as <c>--set</c> takes it. A flag is stronger than the environment, so what the environment names
    /// itself is left out here: there the user's word counts.
    /// </summary>
    public static IReadOnlyList<string> Settings(DemoPorts ports, AppRelease release, IDictionary environment)
    {
        var given = environment.Keys.Cast<string>().Where(static name => name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase)).ToList();
        return [.. All(ports, release).Where(setting => !given.Exists(name => Names(name, setting.Key))).Select(static setting => $"{setting.Key}={setting.Value}")];
    }

    private static IEnumerable<(string Key, string Value)> All(DemoPorts ports, AppRelease release) =>
    [
        .. Contracts(release).Select(static (contract, index) => ($"contracts.{index}", contract)),
        ("listeners.0.address", "127.0.0.1"),
        ("listeners.0.port", $"{ports.Sidecar}"),
        ("listeners.0.upstream", ports.AppUrl),
        ("management.address", "127.0.0.1"),
        ("management.port", $"{ports.Management}"),
        ("smtp.mail_server", "127.0.0.1"),
        ("smtp.mail_port", $"{ports.Smtp}"),
        ("smtp.mail_use_ssl", "false"),
        ("smtp.mail_use_tls", "false"),
        ("smtp.mail_default_sender.0", "Demo"),
        ("smtp.mail_default_sender.1", "noreply@example.com"),
        // The demo's addresses are example.com, to which nothing is mailed otherwise (RFC 2606).
        ("mail.block_reserved_domains", "false"),
        ("store.kind", "memory"),
        ("pages.app_name", "Demo app"),
    ];

    private static string[] Contracts(AppRelease release) =>
        release == AppRelease.Any ? [AppPaths.V1.Contract, AppPaths.Rest.Contract] : [AppPaths.Of(release).Contract];

    private static bool Names(string variable, string key)
    {
        var name = EnvironmentPrefix + key.Replace(".", "__", StringComparison.Ordinal);
        // A list of plain values is replaced whole, so one element from the environment stands for the list.
        return char.IsAsciiDigit(key[^1])
            ? variable.StartsWith(name[..^1], StringComparison.OrdinalIgnoreCase) || variable.Equals(name[..^3], StringComparison.OrdinalIgnoreCase)
            : variable.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private sealed class Running(IAsyncDisposable app, DirectoryInfo folder) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }
}
