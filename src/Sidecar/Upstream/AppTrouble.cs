namespace Sidecar.Upstream;

/// <summary>
/// Forwarding's word that the app failed a request, for whoever wants to know whether another release comes back. Costs nothing
/// while nothing fails; told often, it is one word.
/// </summary>
internal sealed class AppTrouble
{
    private volatile TaskCompletionSource _told = New();

    public void Tell() => _told.TrySetResult();

    /// <summary>Waits for the word, also one from before, or until the time is over. For one waiter.</summary>
    public async Task WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
    {
        var told = _told.Task;
        try
        {
            await told.WaitAsync(most, time, cancellationToken);
            _told = New();
        }
        catch (TimeoutException)
        {
            // Nothing failed meanwhile.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
