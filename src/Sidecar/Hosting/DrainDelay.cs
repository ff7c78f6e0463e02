using Microsoft.Extensions.Hosting;

namespace Sidecar.Hosting;

/// <summary>
/// The first thing to happen after SIGTERM: the port stays open for <c>shutdown.delay</c> while <c>/readyz</c> says no, so that
/// whoever balances the load notices; from then on what is open has <c>shutdown.drain</c> to finish.
/// </summary>
internal sealed class DrainDelay(ShutdownOptions options, OpenConnections connections) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _drain = new();

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (options.Delay > TimeSpan.Zero)
        {
            await Task.Delay(options.Delay, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _drain.Token.Register(connections.AbortAll);
        _drain.CancelAfter(options.Drain);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _drain.Dispose();
}
