using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sidecar.Tests;

/// <summary>Keeps what was logged, with its fields.</summary>
internal sealed class CapturingLogger<T> : ILogger<T>
{
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Events { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Events.Enqueue(((IReadOnlyList<KeyValuePair<string, object?>>)state!).ToDictionary(static field => field.Key, static field => field.Value?.ToString() ?? ""));
}
