using System.Net;

namespace Sidecar.Hosting;

/// <summary>Whose word about the client's address counts.</summary>
/// <param name="TrustedProxies">
/// <c>client_address.trusted_proxies</c>: networks in CIDR form, or single addresses, of the proxies in front. Default: none,
/// and then <c>X-Forwarded-For</c> is passed on but not believed.
/// </param>
internal sealed record ClientAddressOptions(IReadOnlyList<IPNetwork> TrustedProxies)
{
    public const string Section = "client_address";

    public static ClientAddressOptions Read(SettingsSection root)
    {
        var section = root.Section(Section);
        var networks = new List<IPNetwork>();
        foreach (var text in section.Texts("trusted_proxies"))
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address))
            {
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                section.Reject("trusted_proxies", $"holds `{text}`, which is no network", "write networks such as 10.0.0.0/8 or fd00::/8");
            }
        }

        return new(networks);
    }
}
