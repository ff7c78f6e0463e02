namespace Sidecar.Benchmarks.Proxies;

/// <summary>A proxy that was started, or for <c>direct</c> the app itself.</summary>
/// <param name="Competitor">Which it is.</param>
/// <param name="Process">Null without a proxy.</param>
/// <param name="Port">In front of the app.</param>
/// <param name="StreamPort">In front of the app for streams and uploads.</param>
internal sealed record RunningProxy(Competitor Competitor, PinnedProcess? Process, int Port, int StreamPort) : IAsyncDisposable
{
    public string Name => Competitor.Name;

    public async Task WaitAsync(CancellationToken stop)
    {
        if (Process is not null)
        {
            await Process.WaitForPortAsync(Port, stop);
            await Process.WaitForPortAsync(StreamPort, stop);
        }
    }

    public ValueTask DisposeAsync() => Process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
