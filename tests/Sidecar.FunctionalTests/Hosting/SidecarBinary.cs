namespace Sidecar.FunctionalTests.Hosting;

/// <summary>
/// The program under test: what SIDECAR_BINARY names, else the published one in artifacts/sidecar, else this configuration's
/// build, so that the suite runs against the shipped form when there is one and still runs on a mere build.
/// </summary>
/// <param name="FileName">What to execute.</param>
/// <param name="FirstArgument">The assembly, when the runtime is to be executed.</param>
internal sealed record SidecarBinary(string FileName, string? FirstArgument)
{
    public static SidecarBinary Find()
    {
        if (Environment.GetEnvironmentVariable("SIDECAR_BINARY") is { Length: > 0 } named)
        {
            return File.Exists(named) ? Of(Path.GetFullPath(named)) : throw new FileNotFoundException("SIDECAR_BINARY names no file.", named);
        }

        var published = RepositoryRoot.Combine("artifacts", "sidecar", "sidecar");
        if (File.Exists(published))
        {
            return Of(published);
        }

        // bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var built = RepositoryRoot.Combine("src", "Sidecar", "bin", framework.Parent!.Name, framework.Name, "sidecar.dll");
        return File.Exists(built) ? Of(built) : throw new FileNotFoundException("Neither published nor built: run dotnet build.", built);
    }

    private static SidecarBinary Of(string path) =>
        path.EndsWith(".dll", StringComparison.Ordinal) ? new("dotnet", path) : new(path, null);
}
