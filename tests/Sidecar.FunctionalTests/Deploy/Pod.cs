using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using k8s.Models;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;

namespace Sidecar.FunctionalTests.Deploy;

/// <summary>
/// The sidecar of a rendered pod as a plain process: its arguments, its environment with the references resolved, its files and its
/// probes are the rendering's; only ports, which are the machine's here, and the place of the app are exchanged.
/// </summary>
internal sealed class Pod : IAsyncDisposable
{
    private readonly V1Container container;
    private readonly TempDirectory settings;
    private readonly Process process;
    private readonly ProcessOutput output;
    private readonly Dictionary<int, int> ports = [];
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <param name="rendering">Whose pod.</param>
    /// <param name="app">Where the app is, or will be.</param>
    /// <param name="secrets">What `sidecar-secrets` holds.</param>
    /// <param name="more">Environment that no rendering has: what a test needs to reach its own servers.</param>
    public Pod(Rendering rendering, Uri app, IReadOnlyDictionary<string, string>? secrets = null, IReadOnlyDictionary<string, string>? more = null)
    {
        container = rendering.Sidecar;
        settings = new TempDirectory(rendering.SettingsFiles());
        var mount = container.VolumeMounts.Single(static mount => mount.Name == "sidecar-conf").MountPath;
        var binary = SidecarBinary.Find();
        // The image's ENTRYPOINT is the binary.
        var start = new ProcessStartInfo(binary.FileName, [.. binary.FirstArgument is { } assembly ? [assembly] : Array.Empty<string>(), .. container.Args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("SIDECAR", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var variable in container.Env)
        {
            if ((variable.ValueFrom is { } from ? secrets?.GetValueOrDefault(from.SecretKeyRef.Key) : variable.Value) is { } value)
            {
                start.Environment[variable.Name] = value == mount ? settings.Path : value;
            }
        }

        var options = SidecarOptions.Read(CommandLine.Parse(["run", "--config", settings.Path]), start.Environment.ToDictionary(static e => e.Key, static e => e.Value));
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            start.Environment[$"SIDECAR__LISTENERS__{i}__PORT"] = Open(options.Listeners[i].Port);
            start.Environment[$"SIDECAR__LISTENERS__{i}__UPSTREAM"] = app.GetLeftPart(UriPartial.Authority);
        }

        start.Environment["SIDECAR__MANAGEMENT__PORT"] = Open(options.Management.Port);
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        process = new Process { StartInfo = start };
        output = new ProcessOutput(process);
        process.Start();
        output.Begin();
    }

    public bool HasExited => process.HasExited;

    public int Id => process.Id;

    public string Log => output.Standard + output.Error;

    /// <summary>Where a Service with this targetPort leads.</summary>
    public Uri Url(string targetPort) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port(targetPort)}"));

    public IEnumerable<Uri> PublicUrls => container.Ports.Where(static port => port.Name != "management").Select(port => Url(port.Name));

    /// <summary>What the kubelet hears: a status, or 0 when nobody takes the connection or answers in time.</summary>
    public async Task<int> ProbeAsync(V1Probe probe)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(probe.TimeoutSeconds ?? 1));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Url(probe.HttpGet.Port.Value), probe.HttpGet.Path));
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("kube-probe", "1.32"));
            using var answer = await client.SendAsync(request, bound.Token);
            return (int)answer.StatusCode;
        }
        catch (Exception none) when (none is HttpRequestException or OperationCanceledException)
        {
            return 0;
        }
    }

    /// <summary>As the kubelet does: the start-up probe in its period, as often as it may fail, and then the first of the readiness.</summary>
    public async Task StartUpAsync()
    {
        for (var failures = 0; await ProbeAsync(container.StartupProbe) != 200; failures++)
        {
            Assert.True(!HasExited && failures < container.StartupProbe.FailureThreshold, Log);
            await Task.Delay(TimeSpan.FromSeconds(container.StartupProbe.PeriodSeconds ?? 10), TestContext.Current.CancellationToken);
        }

        Assert.Equal(200, await ProbeAsync(container.ReadinessProbe));
    }

    public void Terminate()
    {
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {process.Id}")]);
        kill.WaitForExit();
    }

    public async Task<int> EndAsync(TimeSpan within)
    {
        using var bound = new CancellationTokenSource(within);
        await process.WaitForExitAsync(bound.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        settings.Dispose();
        client.Dispose();
    }

    private int Port(string name) => ports[container.Ports.Single(port => port.Name == name).ContainerPort];

    /// <summary>A port of this machine for one that the container must have declared, since Services and probes find it by that.</summary>
    private string Open(int port)
    {
        Assert.Contains(container.Ports, declared => declared.ContainerPort == port);
        ports.Add(port, FreePort.Next());
        return ports[port].ToString(CultureInfo.InvariantCulture);
    }
}
