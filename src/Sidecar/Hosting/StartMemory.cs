using Microsoft.Extensions.Hosting;

namespace Sidecar.Hosting;

/// <summary>
/// Collects what the start has left once the process serves. With little to do, nothing else would for hours, and it is a third
/// of the heap.
/// </summary>
internal static class StartMemory
{
    /// <summary>Not while the first requests are answered: the collection takes some milliseconds.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static void ReleaseAfterStart(IHostApplicationLifetime lifetime) => lifetime.ApplicationStarted.Register(() => _ = ReleaseAsync(lifetime.ApplicationStopping));

    private static async Task ReleaseAsync(CancellationToken stopping)
    {
        await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCancellationRequested)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
