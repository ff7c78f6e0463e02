using System.Net;
using Sidecar.Hosting;

namespace Sidecar.Commands;

/// <summary>Asks the sidecar on this machine whether it is ready, for images without a shell.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(CommandLine arguments)
    {
        var options = SidecarOptions.Read(arguments, Environment.GetEnvironmentVariables());
        var address = options.Management.Address is { } bound && !bound.Equals(IPAddress.Any) && !bound.Equals(IPAddress.IPv6Any) ? bound : IPAddress.Loopback;
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(new Uri($"http://{new IPEndPoint(address, options.Management.Port)}/readyz"));
            Console.Out.WriteLine(await response.Content.ReadAsStringAsync());
            return response.IsSuccessStatusCode ? ExitCode.Ok : ExitCode.CheckFailed;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            Console.Error.WriteLine($"sidecar: nothing answers on the management port {options.Management.Port}.");
            return ExitCode.CheckFailed;
        }
    }
}
