using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>The image: what it says of itself, what is in it, and that it runs as it is meant to be run.</summary>
public sealed class ImageTests(LocalImage image) : IClassFixture<LocalImage>
{
    private const long Megabyte = 1000 * 1000;

    [Fact]
    public void Image_Configuration_IsNonRootAndChecksItsHealth()
    {
        var configuration = image.Configuration;

        Assert.Equal("1654", configuration.GetProperty("User").GetString());
        Assert.Equal(["/app/sidecar"], Texts(configuration.GetProperty("Entrypoint")));
        Assert.Equal(["CMD", "/app/sidecar", "health"], Texts(configuration.GetProperty("Healthcheck").GetProperty("Test")));
        Assert.Equal(["8080/tcp", "9090/tcp"], configuration.GetProperty("ExposedPorts").EnumerateObject().Select(static port => port.Name).Order());
        Assert.Equal("/app", configuration.GetProperty("WorkingDir").GetString());
        Assert.Contains("ASPNETCORE_HTTP_PORTS=", Texts(configuration.GetProperty("Env")));
        var labels = configuration.GetProperty("Labels");
        string? Label(string name) => labels.GetProperty("org.opencontainers.image." + name).GetString();
        Assert.Equal(("Sidecar", "MIT", "0123abc"), (Label("title"), Label("licenses"), Label("revision")));
        Assert.NotEmpty(Label("description")!);
        Assert.Equal(XDocument.Load(RepositoryRoot.Combine("Directory.Build.props")).Descendants("Version").Single().Value, Label("version"));
    }

    [Fact]
    public void Image_Content_IsTheProgramAndLessThan60Megabytes()
    {
        var files = Directory.GetFiles(image.Root, "*", SearchOption.AllDirectories);

        Assert.Equal(["conf", "libSkiaSharp.so", "sbom.cdx.json", "sidecar"], Directory.GetFileSystemEntries(Path.Combine(image.Root, "app")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.InRange(files.Sum(static file => new FileInfo(file).Length), 20 * Megabyte, 60 * Megabyte);
        Assert.DoesNotContain(files, static file => Path.GetFileName(file) is "sh" or "bash" or "dpkg" or "apt");
    }

    /// <summary>By the image's own loader, which sees no other file.</summary>
    [Theory]
    [InlineData("sidecar")]
    [InlineData("libSkiaSharp.so")]
    public async Task Libraries_OfTheImage_AreAllThere(string file)
    {
        var loader = Directory.Exists(Path.Combine(image.Root, "lib64")) ? "/lib64/ld-linux-x86-64.so.2" : "/lib/ld-linux-aarch64.so.1";

        var listed = await Tool.RunAsync("chroot", "coreutils", image.Root, loader, "--list", "/app/" + file);

        Assert.Contains("libc.so.6 => ", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("not found", listed, StringComparison.Ordinal);
    }

    /// <summary>Non-root, on a file system that cannot be written, with a management port that only the settings' folder tells.</summary>
    [Fact]
    public async Task Image_Run_ServesAndFindsItselfHealthy()
    {
        await using var app = await LoopbackSite.StartAsync(0, static context => context.Response.Body.WriteAsync("app"u8.ToArray(), context.RequestAborted).AsTask());
        var (port, management) = (FreePort.Next(), FreePort.Next());
        using var settings = new TempDirectory(new Dictionary<string, string>
        {
            ["sidecar.yaml"] = $"listeners:\n  - address: 127.0.0.1\n    port: {port}\n    upstream: {app.Address}\nmanagement:\n  address: 127.0.0.1\n  port: {management}\n",
        });
        // The folder of another user, read-only for the container's.
        await Tool.RunAsync("chmod", "coreutils", "755", settings.Path);
        Assert.Equal(1, (await HealthAsync(settings.Path)).ExitCode);

        using var process = Start(settings.Path, ["run"]);
        var output = new ProcessOutput(process);
        output.Begin();
        try
        {
            var server = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
            var cancellation = TestContext.Current.CancellationToken;
            await Eventually.TrueAsync(async () => !process.HasExited && (await HealthAsync(settings.Path)).ExitCode == 0, "health to say yes: " + output.Error);

            Assert.Equal(200, (await RawHttp.SendAsync(new(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{management}")), "GET", "/readyz"), cancellation)).Status);
            Assert.Equal("app"u8.ToArray(), (await RawHttp.SendAsync(new(server, "GET", "/"), cancellation)).Body);
            // libSkiaSharp, the font and the mail templates, all from the image.
            var picture = await RawHttp.SendAsync(new(server, "GET", "/v1/user/forget/captcha?email=a@example.com"), cancellation);
            Assert.StartsWith("image/", picture.Value("Content-Type"), StringComparison.Ordinal);
            Assert.Equal("1654", File.ReadAllLines($"/proc/{process.Id}/status").Single(static line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1]);
            Assert.DoesNotContain("\"level\":\"Error\"", output.Standard, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public void Sbom_Lists_WhatIsShippedWithVersionAndLicence()
    {
        using var sbom = JsonDocument.Parse(File.ReadAllBytes(image.Sbom));

        var root = sbom.RootElement;
        Assert.Equal(("CycloneDX", "1.6"), (root.GetProperty("bomFormat").GetString(), root.GetProperty("specVersion").GetString()));
        Assert.Equal("sidecar", root.GetProperty("metadata").GetProperty("component").GetProperty("name").GetString());
        var components = root.GetProperty("components").EnumerateArray().ToArray();
        Assert.All(components, static component =>
        {
            Assert.All(new[] { "type", "name", "version", "purl", "bom-ref" }, key => Assert.NotEmpty(component.GetProperty(key).GetString()!));
            var licence = Assert.Single(component.GetProperty("licenses").EnumerateArray());
            Assert.True(licence.TryGetProperty("expression", out _) || licence.GetProperty("license").TryGetProperty("id", out _));
            Assert.Contains(component.GetProperty("type").GetString(), new[] { "library", "data" });
            Assert.True(component.GetProperty("type").GetString() == "data" || component.GetProperty("hashes")[0].GetProperty("content").GetString()!.Length == 128);
        });
        Assert.Equal(components.Length, components.Select(static c => c.GetProperty("bom-ref").GetString()).Distinct().Count());

        // Every package that the project asks for, at the version it asks for, and nothing of the build's or the tests'.
        var listed = components.ToDictionary(static c => c.GetProperty("name").GetString()!, static c => c.GetProperty("version").GetString());
        var versions = XDocument.Load(RepositoryRoot.Combine("Directory.Packages.props")).Descendants("PackageVersion").ToDictionary(static p => p.Attribute("Include")!.Value, static p => p.Attribute("Version")!.Value);
        var asked = XDocument.Load(RepositoryRoot.Combine("src", "Sidecar", "Sidecar.csproj")).Descendants("PackageReference").Select(static p => p.Attribute("Include")!.Value);
        Assert.All(asked, package => Assert.Equal(versions[package], listed.GetValueOrDefault(package)));
        Assert.Contains(listed.Keys, static name => name.StartsWith("Microsoft.NETCore.App.Runtime.NativeAOT.", StringComparison.Ordinal));
        Assert.DoesNotContain(listed.Keys, static name => name.Contains("Analyzer", StringComparison.Ordinal) || name.Contains("ILCompiler", StringComparison.Ordinal) || name.StartsWith("xunit", StringComparison.Ordinal));
    }

    private async Task<(int ExitCode, string Output)> HealthAsync(string settings)
    {
        using var process = Start(settings, [.. Texts(image.Configuration.GetProperty("Healthcheck").GetProperty("Test")).Skip(2)]);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }

    private Process Start(string settings, string[] arguments)
    {
        var start = new ProcessStartInfo("unshare", [.. image.Run(settings), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SIDECAR_CONFIG"] = "/etc/sidecar";
        return Process.Start(start)!;
    }

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(static item => item.GetString()!)];
}
