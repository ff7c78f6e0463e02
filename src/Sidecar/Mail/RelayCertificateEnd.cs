using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// Until when each relay's certificate holds, as its last handshake showed. Nobody looks at a relay's certificate until the day
/// all mail stops.
/// </summary>
internal static class RelayCertificateEnd
{
    private static readonly ConcurrentDictionary<string, double> Ends = new(StringComparer.Ordinal);

    // Kept, because observing begins with it.
    private static readonly ObservableGauge<double> Gauge = SidecarTelemetry.Meter.CreateObservableGauge(
        "sidecar.mail.relay.certificate.end",
        static () => Ends.Select(static end => new Measurement<double>(end.Value, new KeyValuePair<string, object?>("relay", end.Key))),
        "s",
        "When a relay's certificate ends, in seconds since 1970.");

    public static void Saw(string relay, X509Certificate? certificate)
    {
        if (certificate is X509Certificate2 seen && Gauge is not null)
        {
            Ends[relay] = new DateTimeOffset(seen.NotAfter.ToUniversalTime()).ToUnixTimeSeconds();
        }
    }
}
