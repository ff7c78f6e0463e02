using System.Collections;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Sidecar.Hosting;

/// <summary>
/// One decision as the log keeps it. All events have all fields, under the names that auditors search for. A type of its own
/// because the generator of log methods cannot write a field named <c>event</c>.
/// </summary>
internal sealed class AuditEvent : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly KeyValuePair<string, object?>[] _fields;

    /// <param name="name">What kind of decision, such as <c>recovery.step</c>.</param>
    /// <param name="purpose">What the flow is for.</param>
    /// <param name="step">The step that was decided.</param>
    /// <param name="outcome">The decision.</param>
    /// <param name="addressHash">The address's name; empty where there is none.</param>
    /// <param name="clientNetwork">The name of the client's network; empty where no client is at hand.</param>
    /// <param name="limit">The limit that refused; empty otherwise.</param>
    /// <param name="trace">The trace of the request that asked.</param>
    public AuditEvent(string name, string purpose, string step, string outcome, string addressHash, string clientNetwork, string limit, ActivityTraceId trace) => _fields =
    [
        new("event", name),
        new("purpose", purpose),
        new("step", step),
        new("outcome", outcome),
        new("address_hash", addressHash),
        new("client_net", clientNetwork),
        new("limit", limit),
        new("trace_id", trace == default ? "" : trace.ToString()),
    ];

    public int Count => _fields.Length;

    public KeyValuePair<string, object?> this[int index] => _fields[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _fields.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(' ', _fields.Select(static field => $"{field.Key}={field.Value}"));

    public void WriteTo(ILogger logger) => logger.Log(LogLevel.Information, default, this, null, static (state, _) => state.ToString());
}
