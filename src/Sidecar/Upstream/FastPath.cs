using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sidecar.Hosting;
using Sidecar.Http1;

namespace Sidecar.Upstream;

/// <summary>
/// Serves the plain requests of one listener's clients below the server, straight from socket to socket.
/// </summary>
/// <param name="listener">Whose clients.</param>
/// <param name="forwarder">The listener's direct engine.</param>
/// <param name="shared">What all listeners share.</param>
/// <param name="limits">The server's, which hold here, too.</param>
internal sealed class FastPath(ListenerOptions listener, DirectForwarder forwarder, FastPaths shared, KestrelServerLimits limits)
{
    public Http1Pool Pool => forwarder.Pool;

    public UpstreamAddress Server => forwarder.Server;

    public TimeProvider Time => forwarder.Time;

    public OwnHeaders Own => shared.Own;

    public ServerMetrics Metrics => shared.Metrics;

    public FastTarget IsApps => shared.Rule.IsApps;

    public KestrelServerLimits Limits => limits;

    /// <summary>Whether anything may be served here now.</summary>
    public bool IsOpen => shared.Rule.IsOpen();

    /// <summary>Whether each answer is its connection's last.</summary>
    public bool IsEnding => shared.Lifecycle.IsDraining;

    public bool IsLate(Http1Connection app) => Time.GetElapsedTime(app.LastActive) >= shared.Options.ActivityTimeout;

    public void Tell(DirectFault fault) => shared.Errors.Tell(listener, fault.Error, fault.Cause);

    public Task ServeAsync(ConnectionContext connection, ConnectionDelegate server)
    {
        if (connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) == true)
        {
            return server(connection);
        }

        var client = shared.Clients.Resolve(connection.RemoteEndPoint, connection.Features.Get<ITlsHandshakeFeature>() is not null);
        return new FastConnection(this, connection, new(client)).ServeAsync(server);
    }
}
