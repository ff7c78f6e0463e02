using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>
/// Knows whether the relay can take mail. It looks once at start and, after a failure of the relay itself, keeps looking until
/// it is back, so that no request has to find out and nobody is told "sent" while all mail is stuck.
/// </summary>
/// <param name="configured">Whether there is a relay at all.</param>
/// <param name="probe">Goes as far as a mail would; null when all is well.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of every change, once.</param>
internal sealed partial class RelayHealth(
    bool configured,
    Func<CancellationToken, Task<RelayFailure?>> probe,
    TimeProvider time,
    ILogger<RelayHealth> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestLoginPause = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Lock _lock = new();
    private RelayFailure? _failure;
    private bool _seen;

    /// <summary>Raised when the relay is back after having been down.</summary>
    public event Action? Recovered;

    /// <summary>False without a relay and while it is known to be down; true before the first look.</summary>
    public bool CanDeliver => configured && _failure is null;

    /// <summary>For the readiness report: what was found last, in a line without secrets.</summary>
    public string Detail => !configured ? "smtp.mail_server is not set" : _failure?.Line ?? (_seen ? "" : "not looked at yet");

    /// <summary>Takes note of how a delivery ended. Only failures of the relay itself count.</summary>
    public void Report(RelayFailure? failure)
    {
        if (failure is null)
        {
            Up();
        }
        else if (failure.Scope == FailureScope.Relay && Down(failure))
        {
            _wanted.Release();
        }
    }

    public override void Dispose()
    {
        _wanted.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!configured)
        {
            Log.NotConfigured(logger);
            return;
        }

        try
        {
            await ProbeUntilUpAsync(TimeSpan.Zero, stoppingToken);
            while (true)
            {
                await _wanted.WaitAsync(stoppingToken);
                await ProbeUntilUpAsync(FirstPause, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

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

    private void Up()
    {
        bool recovered;
        lock (_lock)
        {
            recovered = _failure is not null;
            (_failure, _seen) = (null, true);
        }

        if (recovered)
        {
            Log.Recovered(logger, SmtpRelay.Name);
            Recovered?.Invoke();
        }
    }

    /// <summary>True when the relay was not known to be down before.</summary>
    private bool Down(RelayFailure failure)
    {
        RelayFailure? before;
        lock (_lock)
        {
            before = _failure;
            (_failure, _seen) = (failure, true);
        }

        if (before?.Hint != failure.Hint)
        {
            Log.Down(logger, SmtpRelay.Name, failure.Line);
        }

        return before is null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "No mail is sent: smtp.mail_server is not set")]
        public static partial void NotConfigured(ILogger logger);

        [LoggerMessage(Level = LogLevel.Error, Message = "Mail relay {Relay} is down: {Hint}")]
        public static partial void Down(ILogger logger, string relay, string hint);

        [LoggerMessage(Level = LogLevel.Information, Message = "Mail relay {Relay} is back")]
        public static partial void Recovered(ILogger logger, string relay);
    }
}
