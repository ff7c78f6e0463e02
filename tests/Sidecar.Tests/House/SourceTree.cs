namespace Sidecar.Tests.House;

/// <summary>The sources of the shipped binary, for rules that the compiled form no longer shows.</summary>
internal static class SourceTree
{
    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every source file by its path below <c>src/Sidecar</c>, with its text.</summary>
    public static IReadOnlyList<(string Path, string Text)> Files { get; } = Read(Path.Combine(Root, "src", "Sidecar"));

    /// <summary>The same of all tests, below <c>tests</c>.</summary>
    public static IReadOnlyList<(string Path, string Text)> Tests { get; } = Read(Path.Combine(Root, "tests"));

    private static (string Path, string Text)[] Read(string directory) =>
    [
        .. Directory.EnumerateFiles(directory, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(directory, file).Replace('\\', '/'), File: file))
            .Where(static entry => !$"/{entry.Path}".Contains("/bin/", StringComparison.Ordinal) && !$"/{entry.Path}".Contains("/obj/", StringComparison.Ordinal))
            .Select(static entry => (entry.Path, File.ReadAllText(entry.File))),
    ];

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Sidecar.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
