using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>
/// Knows whether one relay can take mail. It looks once at start and, after a failure of the relay itself, keeps looking until
/// it is back: only that closes it again, so that no mail has to find out, and a connection kept from better days does not
/// speak for a relay that lets no new one in.
/// </summary>
/// <param name="name">What logs and metrics call the relay.</param>
/// <param name="configured">Whether there is a relay at all.</param>
/// <param name="probe">Goes as far as a mail would, over a connection of its own; null when all is well.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of every change, once.</param>
internal sealed partial class RelayBreaker(
    string name,
    bool configured,
    Func<CancellationToken, Task<RelayFailure?>> probe,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestLoginPause = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Lock _lock = new();
    private bool _seen;

    /// <summary>Raised when the relay is back after having been down.</summary>
    public event Action? Recovered;

    public string Name { get; } = name;

    /// <summary>Whether there is a relay at all.</summary>
    public bool IsConfigured { get; } = configured;

    /// <summary>What the relay is down for; null while it is not known to be down.</summary>
    public RelayFailure? Failure { get; private set; }

    /// <summary>False without a relay and while it is known to be down; true before the first look.</summary>
    public bool CanDeliver => IsConfigured && Failure is null;

    /// <summary>What was found last, in a line without secrets; empty when all is well.</summary>
    public string Detail => !IsConfigured ? "smtp.mail_server is not set" : Failure?.Line ?? (_seen ? "" : "not looked at yet");

    /// <summary>Takes note of a failed delivery. Only failures of the relay itself open the breaker.</summary>
    public void Report(RelayFailure failure)
    {
        // A relay that stopped answering in the middle of a mail may have stopped altogether, and one that refused its sender may
        // refuse every mail: the probe knows.
        if (failure.Scope == FailureScope.Relay
            ? Down(failure)
            : failure.Trouble is RelayTrouble.Slow or RelayTrouble.SenderRefused or RelayTrouble.LoginRequired && Failure is null)
        {
            _wanted.Release();
        }
    }

    /// <summary>Has the relay looked at soon, because how it is reached has changed.</summary>
    public void LookAgain() => _wanted.Release();

    /// <summary>For one who knows better than the probe.</summary>
    public void Up()
    {
        bool recovered;
        lock (_lock)
        {
            recovered = Failure is not null;
            (Failure, _seen) = (null, true);
        }

        if (recovered)
        {
            Log.Recovered(logger, Name);
            Recovered?.Invoke();
        }
    }

    /// <summary>Watches until <paramref name="cancellationToken"/> ends it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!IsConfigured)
        {
            return;
        }

        await ProbeUntilUpAsync(TimeSpan.Zero, cancellationToken);
        while (true)
        {
            await _wanted.WaitAsync(cancellationToken);
            while (_wanted.Wait(0, CancellationToken.None))
            {
                // One look answers all who asked for one.
            }

            await ProbeUntilUpAsync(Failure is null ? TimeSpan.Zero : FirstPause, cancellationToken);
        }
    }

    public void Dispose() => _wanted.Dispose();

    private async Task ProbeUntilUpAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(pause, time, cancellationToken);
            if (await LookAsync(cancellationToken) is not { } failure)
            {
                Up();
                return;
            }

            Down(failure);
            // A relay that is gone is wanted back at once; one that rejects the login may lock it when asked too often.
            pause = failure.ConcernsLogin && pause >= FirstPause
                ? TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestLoginPause.Ticks))
                : FirstPause;
        }
    }

    private async Task<RelayFailure?> LookAsync(CancellationToken cancellationToken)
    {
        // Only what would keep a mail from being handed over is a reason to stay down.
        var failure = await probe(cancellationToken);
        return failure?.Scope == FailureScope.Permanent ? null : failure;
    }

    /// <summary>True when the relay was not known to be down before.</summary>
    private bool Down(RelayFailure failure)
    {
        RelayFailure? before;
        lock (_lock)
        {
            before = Failure;
            (Failure, _seen) = (failure, true);
        }

        if (before?.Hint != failure.Hint)
        {
            Log.Down(logger, Name, failure.Line);
        }

        return before is null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Mail relay {Relay} is down: {Hint}")]
        public static partial void Down(ILogger logger, string relay, string hint);

        [LoggerMessage(Level = LogLevel.Information, Message = "Mail relay {Relay} is back")]
        public static partial void Recovered(ILogger logger, string relay);
    }
}
