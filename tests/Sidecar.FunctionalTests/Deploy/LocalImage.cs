using System.Runtime.InteropServices;
using System.Text.Json;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>
/// The image as far as a machine without registry can build it: the Dockerfile's own last stage, with the published output in the
/// place of its build stage and, under the base image's name, Debian's copies of the libraries that image has. Built once by buildah in a
/// storage of its own.
/// </summary>
public sealed class LocalImage : IAsyncLifetime
{
    /// <summary>What the chiselled base is made of, besides certificates.</summary>
    private static readonly string[] BasePackages = ["libc6", "libgcc-s1", "libstdc++6", "libssl3"];

    private readonly string directory = Directory.CreateTempSubdirectory("sidecar-image-").FullName;

    public static string Dockerfile => File.ReadAllText(RepositoryRoot.Combine("Dockerfile"));

    /// <summary>The image's file system, as a container of it sees it.</summary>
    internal string Root { get; private set; } = "";

    /// <summary>The image's configuration in Docker's format.</summary>
    internal JsonElement Configuration { get; private set; }

    internal string Sbom => Path.Combine(Root, "app", "sbom.cdx.json");

    private static string Published => RepositoryRoot.Combine("artifacts", "sidecar");

    public async ValueTask InitializeAsync()
    {
        Require();
        Directory.CreateDirectory(Path.Combine(directory, "base"));
        await BuildBaseAsync(Path.Combine(directory, "base"));
        await Tool.RunAsync("cp", "coreutils", "-r", Published, Path.Combine(directory, "published"));
        var sbom = RepositoryRoot.Combine("artifacts", "sbom.cdx.json");
        await Tool.RunAsync("dotnet", "dotnet-sdk-10.0", "run", RepositoryRoot.Combine("deploy", "image", "sbom.cs"), "--", RepositoryRoot.Combine("src", "Sidecar", "obj", "project.assets.json"), sbom);
        File.Copy(sbom, Path.Combine(directory, "published", "sbom.cdx.json"), overwrite: true);

        var last = Dockerfile[Dockerfile.LastIndexOf("\nFROM ", StringComparison.Ordinal)..];
        var name = last.Trim().Split('\n')[0]["FROM ".Length..];
        await BuildAsync("base.Dockerfile", "FROM scratch\nENV ASPNETCORE_HTTP_PORTS=8080\nCOPY base /\n", name);
        await BuildAsync("Dockerfile", "FROM scratch AS build\nCOPY published /app\n" + last, "sidecar", "--build-arg", "REVISION=0123abc");

        using var inspected = JsonDocument.Parse(await BuildahAsync("inspect", "--type", "image", "localhost/sidecar"));
        Configuration = inspected.RootElement.GetProperty("Docker").GetProperty("config").Clone();
        var container = (await BuildahAsync("from", "--pull-never", "localhost/sidecar")).Trim();
        Root = (await BuildahAsync("mount", container)).Trim();
    }

    /// <summary>The rest of a command line that runs the image's program as Kubernetes would: its user, nothing to be written, no new rights.</summary>
    /// <param name="settings">Mounted at /etc/sidecar.</param>
    internal IReadOnlyList<string> Run(string settings) =>
    [
        "--mount", "sh", "-euc",
        """
        mkdir -p "$1/proc" "$1/dev" "$1/etc/sidecar"
        mount --bind "$1" "$1"
        mount --bind /proc "$1/proc"
        mount --bind /dev "$1/dev"
        mount --bind "$2" "$1/etc/sidecar"
        mount -o remount,bind,ro "$1"
        root=$1 user=$3
        shift 3
        exec setpriv --no-new-privs chroot --userspec="$user:$user" "$root" /app/sidecar "$@"
        """,
        "sh", Root, settings, Configuration.GetProperty("User").GetString()!,
    ];

    public async ValueTask DisposeAsync()
    {
        if (Root.Length > 0)
        {
            await BuildahAsync("rm", "--all");
        }

        Directory.Delete(directory, recursive: true);
    }

    private static void Require()
    {
        Assert.SkipUnless(Environment.UserName == "root", "building an image and entering its file system needs root");
        Assert.SkipUnless(File.Exists("/usr/bin/buildah"), "buildah is not installed (Debian: buildah)");
        Assert.SkipUnless(File.Exists(Path.Combine(Published, "sidecar")), "artifacts/sidecar is not published; ./test does it");
    }

    private static async Task BuildBaseAsync(string root)
    {
        var files = new List<string>();
        foreach (var package in BasePackages)
        {
            // Libraries only: no converters, no documents.
            files.AddRange((await Tool.RunAsync("dpkg", "dpkg", "-L", package)).Split('\n').Where(static file =>
                file.Contains(".so", StringComparison.Ordinal) && !file.Contains("/gconv/", StringComparison.Ordinal) && !file.Contains("/audit/", StringComparison.Ordinal) && File.Exists(file)));
        }

        // Where ELF files look for their loader.
        var loader = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2";
        foreach (var file in files.Append(loader).Append("/etc/ssl/certs/ca-certificates.crt"))
        {
            var copy = root + file;
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }

    private async Task BuildAsync(string file, string text, string name, params string[] more)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, file), text);
        await BuildahAsync(["bud", "--isolation", "chroot", "--format", "docker", "--pull-never", "-f", Path.Combine(directory, file), "-t", name, .. more, directory]);
    }

    private Task<string> BuildahAsync(params IReadOnlyList<string> arguments) =>
        Tool.RunAsync("buildah", "buildah", ["--storage-driver", "vfs", "--root", Path.Combine(directory, "storage"), "--runroot", Path.Combine(directory, "run"), .. arguments]);
}
