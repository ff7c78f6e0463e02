using System.Net;
using System.Net.Sockets;

namespace Sidecar.FunctionalTests.Conformance;

/// <summary>The app of one exchange: a listener of its own, so that no connection can be another exchange's.</summary>
internal sealed class AppEnd : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Peer> _connections = [];
    private readonly Lock _lock = new();

    public AppEnd()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>The connection that the last request came over.</summary>
    public Peer? Current
    {
        get
        {
            lock (_lock)
            {
                return _connections.FindLast(static connection => connection.Received.Length > 0);
            }
        }
    }

    /// <summary>Everything that came, connection by connection.</summary>
    public string Received
    {
        get
        {
            lock (_lock)
            {
                return string.Concat(_connections.Select(static connection => connection.Received));
            }
        }
    }

    /// <summary>Forgets what was, so that the next client finds the app as the one before did.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _connections.ForEach(static connection => connection.Dispose());
            _connections.Clear();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Clear();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                lock (_lock)
                {
                    _connections.Add(new Peer(socket));
                }
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The exchange is over.
        }
    }
}
