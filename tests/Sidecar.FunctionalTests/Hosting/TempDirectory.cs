namespace Sidecar.FunctionalTests.Hosting;

/// <summary>A directory with the given files, gone when the test is.</summary>
internal sealed class TempDirectory : IDisposable
{
    public TempDirectory(IReadOnlyDictionary<string, string> files)
    {
        foreach (var (name, content) in files)
        {
            var file = System.IO.Path.Combine(Path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("sidecar-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
