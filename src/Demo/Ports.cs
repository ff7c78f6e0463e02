using System.Net;
using System.Net.Sockets;

namespace Sidecar.Demo;

/// <summary>
/// Where the demo's parts listen, all on 127.0.0.1. One record, so that the offset is added in one place and every link,
/// setting and command that is printed follows it.
/// </summary>
internal sealed record DemoPorts(int Offset = 0)
{
    /// <summary>Of those below, before the offset.</summary>
    public const int Highest = 9380;

    public int Sidecar => 8080 + Offset;

    public int Management => 9090 + Offset;

    public int App => Highest + Offset;

    public int Inbox => 8025 + Offset;

    public int Smtp => 2525 + Offset;

    public string SidecarUrl => Url(Sidecar);

    public string AppUrl => Url(App);

    public string InboxUrl => Url(Inbox);

    public string ManagementUrl => Url(Management);

    public IReadOnlyList<(string Name, int Port)> All =>
        [("sidecar", Sidecar), ("management", Management), ("app", App), ("inbox", Inbox), ("smtp", Smtp)];

    /// <summary>One line for each port that somebody else has; empty when all are free.</summary>
    public IReadOnlyList<string> Taken() =>
    [
        .. from part in All
           where !IsFree(part.Port)
           select $"port {part.Port} ({part.Name}) on 127.0.0.1 is taken. Fix: free it, or move all ports with --port-offset N",
    ];

    private static string Url(int port) => $"http://127.0.0.1:{port}";

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
