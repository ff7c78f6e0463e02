using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sidecar.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>Counts requests that the app did not answer whole, and tells those that are not the client's own affair.</summary>
internal sealed class ForwardErrors(ForwardFailures failures, AppTrouble? trouble = null)
{
    private static readonly Counter<long> Errors = SidecarTelemetry.Meter.CreateCounter<long>("sidecar.forward.errors", "{error}", "Requests the app did not answer whole.");

    /// <param name="listener">In front of which app.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="cause">What was thrown.</param>
    public void Tell(ListenerOptions listener, ForwarderError error, Exception? cause)
    {
        Errors.Add(1, new TagList { { "error", NameOf(error) } });
        // A client that went away, or broke off, is its own affair; everything else is worth a line.
        if (!IsClients(error))
        {
            trouble?.Tell();
            failures.Tell(listener.Name, NameOf(error), cause?.InnerException ?? cause);
        }
    }

    /// <summary>The error in the telemetry's spelling: <c>request_timed_out</c>.</summary>
    public static string NameOf(Enum error)
    {
        var name = error.ToString();
        return string.Concat(name.Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
    }

    private static bool IsClients(ForwarderError error) => error is ForwarderError.RequestCanceled
        or ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled
        or ForwarderError.ResponseBodyClient or ForwarderError.ResponseBodyCanceled
        or ForwarderError.UpgradeRequestClient or ForwarderError.UpgradeRequestCanceled
        or ForwarderError.UpgradeResponseClient or ForwarderError.UpgradeResponseCanceled;
}
