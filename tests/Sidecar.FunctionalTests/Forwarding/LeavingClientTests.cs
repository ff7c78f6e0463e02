using System.Text;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>A client that leaves within an answer is its own affair: the metric says who it was, and the log does not blame the app.</summary>
public sealed partial class LeavingClientTests
{
    private const int Clients = 10;

    [Theory]
    [InlineData(true, "loop")]
    [InlineData(false, "loop")]
    [InlineData(true, "runtime")]
    public async Task Client_LeavesMidAnswer_IsTheOneWhoIsTold(bool isAppTalking, string sockets)
    {
        await using var app = new ScriptedApp(async (_, stream, cancellation) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nbegun"), cancellation);
            for (var bytes = new byte[16 * 1024]; isAppTalking;)
            {
                await stream.WriteAsync(bytes, cancellation);
            }

            await Task.Delay(Timeout.Infinite, cancellation);
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = [$"forward.sockets={sockets}"] });

        for (var i = 0; i < Clients; i++)
        {
            await using var client = await RawConnection.OpenAsync(sidecar.BaseUrl);
            await client.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadUntilAsync("begun");
        }

        var told = new Dictionary<string, int>();
        await Eventually.TrueAsync(async () => (told = await ErrorsAsync(sidecar)).Values.Sum() == Clients, "all are counted");
        Assert.True(told.Keys is { Count: 1 } && told.ContainsKey("response_body_canceled"), string.Join(", ", told) + "\n" + sidecar.StandardOutput);
        Assert.DoesNotContain("did not answer a request whole", sidecar.StandardOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("exception", sidecar.StandardOutput, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<Dictionary<string, int>> ErrorsAsync(SidecarProcess sidecar)
    {
        var metrics = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken);
        return Error.Matches(Encoding.UTF8.GetString(metrics.Body)).ToDictionary(static match => match.Groups["error"].Value, static match => int.Parse(match.Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("sidecar_forward_errors_total\\{[^}]*error=\"(?<error>[a-z_]+)\"[^}]*\\} (?<count>[0-9]+)")]
    private static partial Regex Error { get; }
}
