using System.Net;

namespace Sidecar.Doctor;

/// <summary>Writes an address as its owner would: a socket for both families calls 127.0.0.1 <c>::ffff:127.0.0.1</c>.</summary>
internal static class Place
{
    public static string Of(EndPoint? place) => place is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
        ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString()
        : place?.ToString() ?? "";

    public static bool IsThisMachine(IPEndPoint? place) =>
        place is not null && IPAddress.IsLoopback(place.Address.IsIPv4MappedToIPv6 ? place.Address.MapToIPv4() : place.Address);
}
