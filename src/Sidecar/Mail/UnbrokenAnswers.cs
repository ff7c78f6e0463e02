namespace Sidecar.Mail;

/// <summary>
/// Since when Redis has answered without a break. Only a replica that has seen it answer for a whole lease may take what another
/// seems to have left: while Redis was away nobody could renew a lease or tell of a mail that was sent, and who can comes first.
/// </summary>
internal sealed class UnbrokenAnswers(TimeProvider time)
{
    private const long Never = long.MinValue;

    private long _since = Never;

    public void Came() => Interlocked.CompareExchange(ref _since, time.GetTimestamp(), Never);

    public void Broke() => Interlocked.Exchange(ref _since, Never);

    public bool Lasted(TimeSpan span)
    {
        var since = Interlocked.Read(ref _since);
        return since != Never && time.GetElapsedTime(since) >= span;
    }
}
