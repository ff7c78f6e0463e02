using System.Net;

namespace Sidecar.Hosting;

/// <summary>One public port and the app behind it.</summary>
/// <param name="Address"><c>listeners[].address</c>: where to listen: an IP address, <c>localhost</c> or <c>*</c>.</param>
/// <param name="Port"><c>listeners[].port</c>: its port, each once. 1 to 65535. Default 8080.</param>
/// <param name="Upstream"><c>listeners[].upstream</c>: scheme, host and port of the app; 0.0.0.0 means 127.0.0.1. Default <c>http://127.0.0.1:80</c>.</param>
internal sealed record ListenerOptions(IPAddress? Address, int Port, Uri Upstream)
{
    public const string Section = "listeners";

    /// <summary>Scheme and authority of the app, without a closing slash.</summary>
    public string Prefix { get; } = Upstream.GetLeftPart(UriPartial.Authority);

    private const string DefaultUpstream = "http://127.0.0.1:80";

    public static IReadOnlyList<ListenerOptions> Read(SettingsSection root)
    {
        var sections = root.Sections(Section);
        if (sections.Count == 0)
        {
            return [new(null, 8080, new Uri(DefaultUpstream))];
        }

        var listeners = new List<ListenerOptions>();
        foreach (var section in sections)
        {
            var listener = new ListenerOptions(ReadAddress(section, "*"), section.Int("port", 8080, 1, 65535), ReadUpstream(section));
            if (listeners.Any(other => other.Port == listener.Port))
            {
                section.Reject("port", "is the port of another listener", "give each listener a port of its own");
            }

            listeners.Add(listener);
        }

        return listeners;
    }

    /// <summary>An IP literal, <c>localhost</c> or <c>*</c>.</summary>
    public static IPAddress? ReadAddress(SettingsSection section, string fallback)
    {
        var text = section.Text("address", fallback);
        if (text is "*" or "")
        {
            return null;
        }

        if (text.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return IPAddress.Loopback;
        }

        if (IPAddress.TryParse(text.Trim('[', ']'), out var address))
        {
            return address;
        }

        section.Reject("address", "is not an address to listen on", "write an IP address, localhost, or * for all");
        return null;
    }

    private static Uri ReadUpstream(SettingsSection section)
    {
        var text = section.Text("upstream", DefaultUpstream);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            section.Reject("upstream", "is not the address of an app", "write scheme, host and port only, such as http://127.0.0.1:9380");
            return new Uri(DefaultUpstream);
        }

        // 0.0.0.0 is what apps write for "all my addresses"; nobody can connect there.
        return uri.Host is "0.0.0.0" or "[::]" ? new UriBuilder(uri) { Host = uri.Host is "[::]" ? "[::1]" : "127.0.0.1" }.Uri : uri;
    }
}
