using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.FunctionalTests.Conformance;

internal enum Ending
{
    /// <summary>Still open.</summary>
    None,

    /// <summary>The other side said that it was done.</summary>
    Closed,

    /// <summary>The other side was gone.</summary>
    Reset,
}

/// <summary>One end of a connection, which keeps everything that comes over it.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Socket _socket;
    private readonly StringBuilder _received = new();
    private readonly Lock _lock = new();
    private Ending _ending;

    public Peer(Socket socket)
    {
        _socket = socket;
        _socket.NoDelay = true;
        Reading = ReadAsync();
    }

    public static async Task<Peer> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return new(socket);
    }

    /// <summary>Ends when nothing more can come.</summary>
    public Task Reading { get; }

    /// <summary>What came, one character a byte.</summary>
    public string Received
    {
        get
        {
            lock (_lock)
            {
                return _received.ToString();
            }
        }
    }

    public Ending Ending
    {
        get
        {
            lock (_lock)
            {
                return _ending;
            }
        }
    }

    public async Task SendAsync(string bytes, int atOnce = int.MaxValue)
    {
        var all = Encoding.Latin1.GetBytes(bytes).AsMemory();
        try
        {
            while (all.Length > 0)
            {
                var count = await _socket.SendAsync(all[..Math.Min(atOnce, all.Length)], TestContext.Current.CancellationToken);
                all = all[count..];
            }
        }
        catch (SocketException)
        {
            // The other side is gone; its end is what the test looks at.
        }
    }

    /// <summary>Says goodbye: thrown away while somebody reads, a socket would be reset.</summary>
    public async Task CloseAsync()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The other side was faster.
        }

        await Reading;
        _socket.Dispose();
    }

    public void HalfClose() => _socket.Shutdown(SocketShutdown.Send);

    public void Reset() => _socket.Close(0);

    public void Dispose() => _socket.Dispose();

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _socket.ReceiveAsync(buffer) is > 0 and var count)
            {
                lock (_lock)
                {
                    _received.Append(Encoding.Latin1.GetString(buffer, 0, count));
                }
            }

            End(Ending.Closed);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            End(Ending.Reset);
        }
    }

    private void End(Ending ending)
    {
        lock (_lock)
        {
            _ending = ending;
        }
    }
}
