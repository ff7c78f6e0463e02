using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Sidecar.Hosting;

/// <summary>
/// The public port's connections. The server waits for them as long as the host lets it, which would leave no time for the
/// mail; so whatever is still open after <c>shutdown.drain</c> is ended here.
/// </summary>
internal sealed class OpenConnections
{
    private readonly ConcurrentDictionary<string, ConnectionContext> _open = new(StringComparer.Ordinal);

    public async Task TrackAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        _open[connection.ConnectionId] = connection;
        try
        {
            await next(connection);
        }
        finally
        {
            _open.TryRemove(connection.ConnectionId, out _);
        }
    }

    public void AbortAll()
    {
        foreach (var connection in _open.Values)
        {
            connection.Abort(new ConnectionAbortedException("The drain time is over."));
        }
    }
}
