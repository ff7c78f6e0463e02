using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Sidecar.Hosting;

namespace Sidecar.Tests.Mail;

/// <summary>Listens to the instruments of mail. Tests run side by side and share them, so one asks only for what it caused.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Channel<(string Relay, string Outcome)> _attempts = Channel.CreateUnbounded<(string, string)>();
    private long _length;
    private double _age;

    public Measured()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == SidecarTelemetry.Name && instrument.Name.StartsWith("sidecar.mail.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            _attempts.Writer.TryWrite(((string)Tag(tags, "relay"), (string)Tag(tags, "outcome"))));
        _listener.SetMeasurementEventCallback<int>((_, value, _, _) => _length = Math.Max(_length, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => _age = instrument.Name.EndsWith("age", StringComparison.Ordinal) ? Math.Max(_age, value) : _age);
        _listener.Start();
    }

    /// <summary>The longest and the oldest queue there is.</summary>
    public (long Length, double Age) Queue()
    {
        _listener.RecordObservableInstruments();
        return (_length, _age);
    }

    /// <summary>The next attempt with that outcome.</summary>
    public async Task<(string Relay, string Outcome)> NextAsync(string outcome)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var attempt = await _attempts.Reader.ReadAsync(timeout.Token);
            if (attempt.Outcome == outcome)
            {
                return attempt;
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private static object Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (key == name)
            {
                return value!;
            }
        }

        return "";
    }
}
