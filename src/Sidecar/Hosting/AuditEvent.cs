using System.Collections;
using Microsoft.Extensions.Logging;

namespace Sidecar.Hosting;

/// <summary>
/// One decision as the log keeps it, its fields under the names that auditors search for. A type of its own because the
/// generator of log methods cannot write a field named <c>event</c>.
/// </summary>
internal sealed class AuditEvent(IReadOnlyList<KeyValuePair<string, object?>> fields) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => fields.Count;

    public KeyValuePair<string, object?> this[int index] => fields[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(' ', fields.Select(static field => $"{field.Key}={field.Value}"));

    public void WriteTo(ILogger logger) => logger.Log(LogLevel.Information, default, this, null, static (state, _) => state.ToString());
}
