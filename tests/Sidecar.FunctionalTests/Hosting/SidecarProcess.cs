using System.Diagnostics;
using System.Globalization;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>
/// The real binary as a process of its own, with a configuration directory and ports of its own: what the functional tests
/// drive, so that they see what an operator gets, signals and exit codes included.
/// </summary>
internal sealed class SidecarProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly TempDirectory configuration;
    private readonly ProcessOutput output;

    private SidecarProcess(SidecarLaunch launch)
    {
        configuration = new TempDirectory(launch.Files);
        Port = FreePort.Next();
        ManagementPort = FreePort.Next();
        process = new Process { StartInfo = StartInfo(launch) };
        output = new ProcessOutput(process);
    }

    public int Port { get; }

    public int ManagementPort { get; }

    public Uri BaseUrl => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    public Uri ManagementUrl => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ManagementPort}"));

    public string ConfigurationDirectory => configuration.Path;

    public string StandardOutput => output.Standard;

    public string StandardError => output.Error;

    public bool HasExited => process.HasExited;

    public int Id => process.Id;

    /// <summary>Starts the binary and waits until its management port answers <c>/startupz</c>.</summary>
    public static async Task<SidecarProcess> StartAsync(SidecarLaunch launch, CancellationToken cancellationToken = default)
    {
        var sidecar = Launch(launch);
        try
        {
            await sidecar.WaitUntilStartedAsync(launch.StartTimeout, cancellationToken);
            return sidecar;
        }
        catch
        {
            await sidecar.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the binary and does not wait: for starts that are meant to fail.</summary>
    public static SidecarProcess Launch(SidecarLaunch launch)
    {
        var sidecar = new SidecarProcess(launch);
        sidecar.process.Start();
        if (launch.ReadsOutput)
        {
            sidecar.output.Begin();
        }

        return sidecar;
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }

    /// <summary>SIGTERM, as an orchestrator sends it.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>SIGHUP: the settings are to be looked at.</summary>
    public void HangUp() => Signal("HUP");

    /// <summary>SIGSTOP: nothing of the process runs, as on a machine that is suspended or swaps.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal("CONT");

    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        using var bound = new CancellationTokenSource(timeout);
        await process.WaitForExitAsync(bound.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        configuration.Dispose();
    }

    private void Signal(string name)
    {
        // The shell's own kill is on every image; procps is not.
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{name} {process.Id}")]);
        kill.WaitForExit();
    }

    private ProcessStartInfo StartInfo(SidecarLaunch launch)
    {
        var binary = SidecarBinary.Find();
        var info = new ProcessStartInfo(binary.FileName)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = configuration.Path,
        };
        if (binary.FirstArgument is { } assembly)
        {
            info.ArgumentList.Add(assembly);
        }

        info.ArgumentList.Add("run");
        info.ArgumentList.Add("--config");
        info.ArgumentList.Add(configuration.Path);
        foreach (var setting in launch.Settings)
        {
            info.ArgumentList.Add("--set");
            info.ArgumentList.Add(setting);
        }

        // What the developer's shell happens to set is no part of the test.
        foreach (var inherited in info.Environment.Keys.Where(n => n.StartsWith("SIDECAR__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            info.Environment.Remove(inherited);
        }

        // Through the environment, which can name list entries.
        if (launch.Upstream is { } upstream)
        {
            info.Environment["SIDECAR__LISTENERS__0__ADDRESS"] = "127.0.0.1";
            info.Environment["SIDECAR__LISTENERS__0__PORT"] = Port.ToString(CultureInfo.InvariantCulture);
            info.Environment["SIDECAR__LISTENERS__0__UPSTREAM"] = upstream.GetLeftPart(UriPartial.Authority);
        }

        info.Environment["SIDECAR__MANAGEMENT__ADDRESS"] = "127.0.0.1";
        info.Environment["SIDECAR__MANAGEMENT__PORT"] = ManagementPort.ToString(CultureInfo.InvariantCulture);
        if (!launch.Probes)
        {
            info.Environment["SIDECAR__APP__PROBE"] = "false";
        }

        info.Environment["DOTNET_ENVIRONMENT"] = launch.Development ? "Development" : "Production";
        foreach (var (name, value) in launch.Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    private async Task WaitUntilStartedAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(timeout);
        while (!process.HasExited && !bound.IsCancellationRequested)
        {
            if (await IsStartedAsync(bound.Token))
            {
                return;
            }

            await Task.Delay(25, CancellationToken.None);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var why = process.HasExited ? $"exited with {process.ExitCode}" : $"did not answer /startupz within {timeout}";
        throw new InvalidOperationException($"{process.StartInfo.FileName} {why}.\n{output.Standard}\n{output.Error}");
    }

    private async Task<bool> IsStartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await RawHttp.SendAsync(new RawRequest(ManagementUrl, "GET", "/startupz"), cancellationToken);
            return answer.Status == 200;
        }
        catch (Exception refused) when (refused is IOException or System.Net.Sockets.SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
