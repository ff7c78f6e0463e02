using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// Knows whether mail can go out at all, which is what requests and the queue ask: while any relay works it can. Each relay has
/// a breaker of its own, so that the trouble of one says nothing about the others.
/// </summary>
internal sealed partial class RelayHealth : BackgroundService
{
    private readonly IReadOnlyList<RelayBreaker> _breakers;
    private readonly ILogger<RelayHealth> _logger;
    private readonly Meter _meter = new(SidecarTelemetry.Name);

    /// <param name="breakers">One for each relay, at least one, in the order in which relays are tried.</param>
    /// <param name="logger">Hears when there is no relay.</param>
    public RelayHealth(IReadOnlyList<RelayBreaker> breakers, ILogger<RelayHealth> logger)
    {
        (_breakers, _logger) = (breakers, logger);
        _meter.CreateObservableGauge("sidecar.mail.relay.up", ObserveRelays, null, "Whether a relay takes mail, as the last probe or delivery found.");
        foreach (var breaker in breakers)
        {
            breaker.Recovered += () =>
            {
                // Mails that wait for other reasons, such as a relay that asked to come back later, keep waiting while one was up.
                if (!_breakers.Any(other => other != breaker && other.CanDeliver))
                {
                    Recovered?.Invoke();
                }
            };
        }
    }

    /// <summary>The health of one relay.</summary>
    /// <param name="configured">Whether there is a relay at all.</param>
    /// <param name="probe">Goes as far as a mail would; null when all is well.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of every change, once.</param>
    public RelayHealth(bool configured, Func<CancellationToken, Task<RelayFailure?>> probe, TimeProvider time, ILogger<RelayHealth> logger)
        : this([new RelayBreaker(SmtpOptions.DefaultName, configured, probe, time, logger)], logger)
    {
    }

    /// <summary>Raised when mail can go out again after all relays were down.</summary>
    public event Action? Recovered;

    /// <summary>False without a relay and while all are known to be down; true before the first look.</summary>
    public bool CanDeliver => _breakers.Any(static breaker => breaker.CanDeliver);

    /// <summary>For the readiness report: what was found last, in a line without secrets; empty when the only relay is well.</summary>
    public string Detail => _breakers is [var only]
        ? only.Detail
        : string.Join("; ", _breakers.Select(static breaker => $"{breaker.Name}: {(breaker.Detail.Length == 0 ? "up" : breaker.Detail)}"));

    /// <summary>Takes note of how a delivery ended. Only failures of a relay itself count, for the relay they name; null says that all is well.</summary>
    public void Report(RelayFailure? failure)
    {
        foreach (var breaker in _breakers)
        {
            if (failure is null)
            {
                breaker.Up();
            }
            else if (failure.Relay == breaker.Name)
            {
                breaker.Report(failure);
            }
        }
    }

    public override void Dispose()
    {
        foreach (var breaker in _breakers)
        {
            breaker.Dispose();
        }

        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_breakers.Any(static breaker => breaker.IsConfigured))
        {
            Log.NotConfigured(_logger);
            return;
        }

        try
        {
            await Task.WhenAll(_breakers.Select(breaker => breaker.RunAsync(stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private IEnumerable<Measurement<int>> ObserveRelays() => _breakers
        .Where(static breaker => breaker.IsConfigured)
        .Select(static breaker => new Measurement<int>(breaker.CanDeliver ? 1 : 0, new KeyValuePair<string, object?>("relay", breaker.Name)));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "No mail is sent: smtp.mail_server is not set")]
        public static partial void NotConfigured(ILogger logger);
    }
}
