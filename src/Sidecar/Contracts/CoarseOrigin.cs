using System.Net;
using System.Net.Sockets;

namespace Sidecar.Contracts;

/// <summary>
/// Where a request came from, as its owner would know it and nobody else could use it: the browser's family, the system, the
/// network of a public address. Every word is from this file; a client only chooses among them.
/// </summary>
internal static class CoarseOrigin
{
    /// <summary>Longer than any browser's own.</summary>
    private const int MostCharacters = 500;

    // In this order: Edge and Opera also claim to be Chrome, and Chrome to be Safari.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("MicroMessenger/", "WeChat"), ("QQBrowser/", "QQ Browser"), ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    // iPadOS and iOS also claim to be like Mac OS X, and Android to be Linux.
    private static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ];

    /// <summary>Such as <c>Firefox, Windows, 203.0.113.0/24</c>; empty when nothing of it is known.</summary>
    /// <param name="userAgent">As the client sent it.</param>
    /// <param name="client">The client's address.</param>
    public static string Of(string userAgent, IPAddress client)
    {
        var text = userAgent[..Math.Min(userAgent.Length, MostCharacters)];
        return string.Join(", ", new[] { Name(text, Browsers), Name(text, Systems), Network(client) }.Where(static part => part.Length > 0));
    }

    private static string Name(string text, (string Mark, string Name)[] names) =>
        names.FirstOrDefault(name => text.Contains(name.Mark, StringComparison.Ordinal)).Name ?? "";

    /// <summary>The /24 or /48 of an address of the internet; of any other it would say nothing to its reader.</summary>
    private static string Network(IPAddress client)
    {
        if (client.AddressFamily == AddressFamily.InterNetworkV6)
        {
            Span<byte> six = stackalloc byte[16];
            client.TryWriteBytes(six, out _);
            six[6..].Clear();
            // 2000::/3 is all that is given out.
            return (six[0] & 0xE0) == 0x20 ? $"{new IPAddress(six)}/48" : "";
        }

        Span<byte> four = stackalloc byte[4];
        client.TryWriteBytes(four, out _);
        four[3] = 0;
        return IsPublic(four) ? $"{new IPAddress(four)}/24" : "";
    }

    private static bool IsPublic(ReadOnlySpan<byte> address) => address[0] switch
    {
        0 or 10 or 127 or >= 224 => false,
        100 => address[1] is < 64 or > 127,
        169 => address[1] != 254,
        172 => address[1] is < 16 or > 31,
        192 => address[1] != 168,
        _ => true,
    };
}
