namespace Sidecar.Tests.House;

/// <summary>The floors of the house; arrows run down only, never up and never sideways.</summary>
internal static class Rooms
{
    private static readonly Dictionary<string, int> Floors = new(StringComparer.Ordinal)
    {
        // The pages are one more client of what serves the contracts.
        ["Pages"] = 5,
        ["Contracts"] = 4,
        ["Doctor"] = 4,
        ["Recovery"] = 3,
        ["Verification"] = 3,
        ["Proof"] = 2,
        ["Otp"] = 1,
        ["Captcha"] = 1,
        ["Mail"] = 1,
        ["Throttling"] = 1,
        ["Accounts"] = 1,
        ["Assertions"] = 1,
        ["Upstream"] = 1,
        ["Hosting"] = 0,
        ["Http1"] = 0,
        // Below the ground: sockets, and who waits for them.
        ["Loop"] = -1,
    };

    /// <summary>What the flows and their steps must not know, so that another contract or store leaves them alone.</summary>
    private static readonly string[] StrangeToFlows = ["Microsoft.AspNetCore", "System.Net.Http", "System.Text.Json", "StackExchange.Redis", "MailKit", "MimeKit", "Yarp"];

    /// <summary>The composition of the house, which knows all.</summary>
    public const string Outside = "";

    public static IEnumerable<string> Names => Floors.Keys;

    /// <summary>The room of one of our types; <see cref="Outside"/> for the root, the commands and the compiler's own.</summary>
    public static string Of(Type type) => type.Namespace switch
    {
        null or "Sidecar" or "Sidecar.Commands" => Outside,
        var name when name.StartsWith("Sidecar.", StringComparison.Ordinal) => name["Sidecar.".Length..],
        _ => Outside,
    };

    public static bool IsKnown(string room) => room == Outside || Floors.ContainsKey(room);

    public static bool MayKnow(string from, string to) =>
        from == Outside || from == to || (to != Outside && Floors[from] > Floors[to]);

    public static bool MayKnow(string from, Type foreign) =>
        from == Outside || Floors[from] is not (2 or 3) || !StrangeToFlows.Any(prefix => IsBelow(foreign.Namespace, prefix));

    public static bool IsBelow(string? name, string prefix) =>
        name is not null && name.StartsWith(prefix, StringComparison.Ordinal) && (name.Length == prefix.Length || name[prefix.Length] == '.');
}
