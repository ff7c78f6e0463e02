using System.Diagnostics;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Generic;

/// <summary>One of docs/examples, as its reader would run it.</summary>
internal sealed class ExampleApp : IAsyncDisposable
{
    public const string LookupSecret = "only-the-sidecar-knows";

    private readonly Process process;
    private readonly TempDirectory? folder;

    private ExampleApp(Process process, Uri address, TempDirectory? folder) => (this.process, Address, this.folder) = (process, address, folder);

    public Uri Address { get; }

    public static string Folder(string name) => Path.Combine(RepositoryRoot.Path, "docs", "examples", name);

    /// <param name="keySet">Where the sidecar publishes its keys.</param>
    public static async Task<ExampleApp> StartAspNetCoreAsync(Uri keySet)
    {
        var port = FreePort.Next();
        var built = Directory.GetFiles(Path.Combine(Folder("aspnetcore"), "bin"), "example.dll", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc)!;
        return await StartAsync(new("dotnet", [built, "--urls", $"http://127.0.0.1:{port}"]) { WorkingDirectory = Folder("aspnetcore") }, port, keySet, null);
    }

    /// <inheritdoc cref="StartAspNetCoreAsync"/>
    public static async Task<ExampleApp> StartExpressAsync(Uri keySet)
    {
        var (port, folder) = (FreePort.Next(), new TempDirectory(new Dictionary<string, string>()));
        foreach (var file in new[] { "package.json", "package-lock.json", "app.js" })
        {
            File.Copy(Path.Combine(Folder("express"), file), Path.Combine(folder.Path, file));
        }

        Assert.SkipWhen(!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static folder => File.Exists(Path.Combine(folder, "npm"))), "npm is not installed (Debian: nodejs, npm)");
        using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev"]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = install.StandardError.ReadToEndAsync();
        await install.StandardOutput.ReadToEndAsync();
        await install.WaitForExitAsync();
        Assert.True(install.ExitCode == 0, await said);
        return await StartAsync(new("node", ["app.js"]) { WorkingDirectory = folder.Path }, port, keySet, folder);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        folder?.Dispose();
    }

    private static async Task<ExampleApp> StartAsync(ProcessStartInfo start, int port, Uri keySet, TempDirectory? folder)
    {
        start.Environment["PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["SIDECAR_JWKS"] = keySet.ToString();
        start.Environment["LOOKUP_SECRET"] = LookupSecret;
        var app = new ExampleApp(Process.Start(start)!, new($"http://127.0.0.1:{port}"), folder);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return (await RawHttp.SendAsync(new(app.Address, "GET", "/internal/accounts?email=x"), default)).Status == 401;
                }
                catch (System.Net.Sockets.SocketException)
                {
                    return false;
                }
            },
            $"{start.FileName} did not start");
        return app;
    }
}
