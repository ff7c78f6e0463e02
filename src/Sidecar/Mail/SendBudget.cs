namespace Sidecar.Mail;

/// <summary>
/// How many mails may be offered to relays. Who counts them is no affair of mail's; that it is asked only for what is really
/// sent, is.
/// </summary>
/// <param name="TakeAsync">Takes a permit, or says how long to wait for one.</param>
internal sealed record SendBudget(Func<CancellationToken, ValueTask<SendPermit>> TakeAsync)
{
    /// <summary>No limit.</summary>
    public static SendBudget Unlimited { get; } = new(static _ => new(new SendPermit(TimeSpan.Zero, static () => ValueTask.CompletedTask)));
}

/// <param name="Wait">When there is a permit; zero when one was taken.</param>
/// <param name="GiveBack">Gives the permit back, because no recipient was offered to a relay.</param>
internal readonly record struct SendPermit(TimeSpan Wait, Func<ValueTask> GiveBack);
