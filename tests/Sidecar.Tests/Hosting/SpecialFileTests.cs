using System.Diagnostics;
using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

/// <summary>What stands where a settings file should: a pipe keeps whoever opens it waiting, a device never ends.</summary>
public sealed class SpecialFileTests : IDisposable
{
    private readonly SettingsFolder _folder = new SettingsFolder().Flag("store.kind=memory");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sidecar.yaml")]
    [InlineData("service_conf.yaml")]
    [InlineData("local.service_conf.yaml")]
    public void Settings_APipe_IsSaidAndNotWaitedFor(string name)
    {
        Pipe(name);

        var fault = Assert.Single(Read().Faults, static fault => fault.Problem.Contains("pipe", StringComparison.Ordinal));

        Assert.EndsWith(name, fault.Source, StringComparison.Ordinal);
        Assert.Contains("put the file itself there", fault.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis.password_file", "redis.password_file")]
    [InlineData("listeners[0].tls.cert", "listeners[0].tls.cert")]
    [InlineData("mail.ca", "mail.ca")]
    public void File_APipe_IsSaidAndNotWaitedFor(string setting, string key)
    {
        Pipe("pipe");
        File.WriteAllText(Path.Combine(_folder.Path, "key"), "x");

        var faults = Read(_folder.Flag($"{setting}={Path.Combine(_folder.Path, "pipe")}").Flag("listeners[0].tls.key=key").Flag("smtp.mail_server=relay")).Faults;

        Assert.Contains(faults, fault => fault.Key == key && fault.Problem.Contains("pipe", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_ADeviceWithoutEnd_IsTooLong()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "sidecar.yaml"), "/dev/zero");

        Assert.Contains(Read().Faults, static fault => fault.Problem == "is longer than 1 MiB");
    }

    [Fact]
    public void Settings_AFolder_IsSaid()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "sidecar.yaml"));

        Assert.Contains(Read().Faults, static fault => fault.Problem == "is a folder");
    }

    [Fact]
    public void Text_AFileThatTheKernelMakesUp_IsReadWhole() => Assert.StartsWith("Linux", SmallFile.Text("/proc/version"), StringComparison.Ordinal);

    [Fact]
    public void Text_NoFile_SaysSoInTheRuntimesWords()
    {
        Assert.Throws<FileNotFoundException>(() => SmallFile.Text(Path.Combine(_folder.Path, "nothing")));
        Assert.Throws<DirectoryNotFoundException>(() => SmallFile.Text(Path.Combine(_folder.Path, "no", "thing")));
        Assert.Throws<UnauthorizedAccessException>(() => SmallFile.Text(_folder.Path));
    }

    /// <summary>On a thread of its own: one that waits for a pipe cannot be called back.</summary>
    private SidecarOptions Read(SettingsFolder? folder = null)
    {
        var reading = Task.Factory.StartNew((folder ?? _folder).Read, TaskCreationOptions.LongRunning);
        Assert.True(reading.Wait(TimeSpan.FromSeconds(30)), "it waits for somebody to write into the pipe");
        return reading.Result;
    }

    private void Pipe(string name)
    {
        using var make = Process.Start("mkfifo", [Path.Combine(_folder.Path, name)]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
    }
}
