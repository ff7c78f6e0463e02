using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sidecar.Hosting;

/// <summary>
/// Takes in certificates that were renewed while the sidecar runs, and warns before one ends. It looks instead of being told: a
/// mounted secret changes by swapping links, of which file events tell little.
/// </summary>
internal sealed partial class CertificateWatch : IHostedService, IDisposable
{
    /// <summary>How soon a change is seen.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Renewal is overdue by then, wherever it is a machine's work.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    private static readonly TimeSpan Reminder = TimeSpan.FromDays(1);

    private readonly IReadOnlyList<ListenerOptions> _listeners;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateWatch> _logger;
    private readonly Lock _looking = new();
    private readonly Dictionary<int, DateTimeOffset> _reminded = [];
    private ITimer? _timer;

    public CertificateWatch(IReadOnlyList<ListenerOptions> listeners, TimeProvider time, ILogger<CertificateWatch> logger)
    {
        (_listeners, _time, _logger) = ([.. listeners.Where(static listener => listener.Tls is not null)], time, logger);
        if (_listeners.Count > 0)
        {
            SidecarTelemetry.Meter.CreateObservableGauge("sidecar.tls.certificate.end", Ends, "s", "When a listener's certificate ends, in seconds since 1970.");
        }
    }

    /// <summary>For <c>/readyz</c>.</summary>
    public HealthResult Health
    {
        get
        {
            var (isWell, details) = (true, new List<string>());
            foreach (var (port, tls) in Watched())
            {
                var expiry = tls.Current.ExpiresAt;
                var state = tls.Refused is { } fault ? $", and what the files hold now is not used: tls.{fault.Key} {fault.Problem}" : "";
                details.Add(string.Create(CultureInfo.InvariantCulture, $"port {port}: until {Shown(expiry)}{state}"));
                isWell &= tls.Refused is null && expiry - _time.GetUtcNow() > Notice;
            }

            return new(isWell, string.Join("; ", details));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_listeners.Count > 0)
        {
            Remind();
            _timer = _time.CreateTimer(_ => Look(), null, Interval, Interval);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        if (!_looking.TryEnter())
        {
            return;
        }

        try
        {
            foreach (var (port, tls) in Watched())
            {
                if (tls.Reload())
                {
                    Tell(port, tls);
                }
            }

            Remind();
        }
        catch (Exception error)
        {
            // Nothing may end the timer's thread; the certificates stay as they are.
            Log.Failed(_logger, error);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Tell(int port, ListenerTls tls)
    {
        if (tls.Refused is { } fault)
        {
            Log.Kept(_logger, port, fault.Key, fault.Problem, fault.Fix);
        }
        else
        {
            _reminded.Remove(port);
            var end = Shown(tls.Current.ExpiresAt);
            Log.Taken(_logger, port, end);
        }
    }

    private void Remind()
    {
        var now = _time.GetUtcNow();
        foreach (var (port, tls) in Watched())
        {
            if (tls.Current.ExpiresAt - now <= Notice && (!_reminded.TryGetValue(port, out var last) || now - last >= Reminder))
            {
                _reminded[port] = now;
                Log.Ends(_logger, port, Shown(tls.Current.ExpiresAt));
            }
        }
    }

    private IEnumerable<(int Port, ListenerTls Tls)> Watched() => _listeners.Select(static listener => (listener.Port, listener.Tls!));

    private IEnumerable<Measurement<long>> Ends() =>
        Watched().Select(static watched => new Measurement<long>(watched.Tls.Current.ExpiresAt.ToUnixTimeSeconds(), KeyValuePair.Create<string, object?>("port", watched.Port)));

    private static string Shown(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The certificate of port {Port} changed and is in use; it ends at {ExpiresAt}")]
        public static partial void Taken(ILogger logger, int port, string expiresAt);

        [LoggerMessage(Level = LogLevel.Error, Message = "The certificate of port {Port} changed and is not used, because tls.{Key} {Problem}; the last good one stays, and a restart would fail. Fix: {Fix}")]
        public static partial void Kept(ILogger logger, int port, string key, string problem, string fix);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The certificate of port {Port} ends at {ExpiresAt}: renew it, and write it to the same files")]
        public static partial void Ends(ILogger logger, int port, string expiresAt);

        [LoggerMessage(Level = LogLevel.Error, Message = "The certificates could not be looked at; the last good ones stay")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
