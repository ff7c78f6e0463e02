using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Sidecar.Hosting;

namespace Sidecar.Doctor;

/// <summary>
/// Whether the app answers elsewhere than to the sidecar: its own recovery paths have holes that only the sidecar closes, and
/// RAGFlow is usually published twice (its nginx and its API).
/// </summary>
internal static class WaysPast
{
    private const int ApiPort = 9380;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public static async Task<Finding> LookAsync(ListenerOptions listener, CancellationToken cancellationToken)
    {
        if (listener.Socket is null && (!IPAddress.TryParse(listener.Upstream.Host.Trim('[', ']'), out var address) || !IPAddress.IsLoopback(address)))
        {
            return Finding.Warn(
                "the app is reached over a network: whoever else reaches it there passes the sidecar by, and the holes of its own recovery paths are open to them",
                "publish neither port 80 nor 9380 of the app, and let only the sidecar into its network (docs/security.md)");
        }

        var places = from one in Own()
                     from port in listener.Socket is null ? new[] { listener.Upstream.Port, ApiPort }.Distinct() : [ApiPort]
                     select new IPEndPoint(one, port);
        var answers = await Task.WhenAll(places.Select(async place => (Place: place, IsOpen: await IsOpenAsync(place, cancellationToken))));
        string[] open = [.. answers.Where(static answer => answer.IsOpen).Select(static answer => answer.Place.ToString())];
        return open.Length == 0
            ? Finding.Ok(listener.Socket is null ? "it answers on this machine's loopback address only" : "it answers on its socket only")
            : Finding.Warn(
                $"something also answers at {string.Join(" and ", open)}: if that is the app, whoever reaches it there passes the sidecar by, and the holes of its own recovery paths are open to them",
                "bind the app to 127.0.0.1, or close these ports to others (docs/security.md)") with { Data = [("open", open)] };
    }

    private static IEnumerable<IPAddress> Own() =>
        from network in NetworkInterface.GetAllNetworkInterfaces()
        where network.OperationalStatus == OperationalStatus.Up
        from entry in network.GetIPProperties().UnicastAddresses
        where !IPAddress.IsLoopback(entry.Address) && !entry.Address.IsIPv6LinkLocal
        select entry.Address;

    private static async Task<bool> IsOpenAsync(IPEndPoint place, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(place, timeout.Token);
            return true;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
