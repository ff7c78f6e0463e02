using System.Diagnostics;
using System.Globalization;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Reload;

/// <summary>A secret as Kubernetes mounts it: a file behind a link to a folder behind a link, which alone is swapped.</summary>
internal sealed class MountedSecret : IDisposable
{
    private readonly TempDirectory _directory = new(new Dictionary<string, string>());
    private int _generation;

    public MountedSecret(string password)
    {
        Swap(password);
        System.IO.File.CreateSymbolicLink(File, "..data/password");
    }

    public string File => Path.Combine(_directory.Path, "password");

    public void Swap(string password)
    {
        var generation = string.Create(CultureInfo.InvariantCulture, $"..{++_generation}");
        Directory.CreateDirectory(Path.Combine(_directory.Path, generation));
        System.IO.File.WriteAllText(Path.Combine(_directory.Path, generation, "password"), password + "\n");
        var (data, next) = (Path.Combine(_directory.Path, "..data"), Path.Combine(_directory.Path, "..next"));
        Directory.CreateSymbolicLink(next, generation);
        // In one step, as the kubelet does it.
        using var move = Process.Start("/bin/mv", ["-T", next, data]);
        move.WaitForExit();
        Assert.Equal(0, move.ExitCode);
    }

    public void Dispose() => _directory.Dispose();
}
