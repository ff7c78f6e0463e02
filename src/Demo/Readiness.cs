using System.Net.Sockets;

namespace Sidecar.Demo;

/// <summary>Says when the demo is usable: every port answers, and the app's page comes through the sidecar.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <exception cref="TimeoutException">A part did not answer; it is named.</exception>
    public static async Task WaitAsync(DemoPorts ports)
    {
        foreach (var (name, port) in ports.All)
        {
            await UntilAsync($"{name} (port {port})", async cancellationToken =>
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port, cancellationToken);
                return true;
            });
        }

        using var http = new HttpClient();
        await UntilAsync("the app through the sidecar", async cancellationToken =>
        {
            using var answer = await http.GetAsync(new Uri(ports.SidecarUrl), cancellationToken);
            return answer.IsSuccessStatusCode;
        });
    }

    private static async Task UntilAsync(string what, Func<CancellationToken, Task<bool>> answers)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (!await TryAsync(answers, patience.Token))
            {
                await Task.Delay(Pause, patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{what} did not answer within {Patience.TotalSeconds:0} seconds");
        }
    }

    private static async Task<bool> TryAsync(Func<CancellationToken, Task<bool>> answers, CancellationToken cancellationToken)
    {
        try
        {
            return await answers(cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or HttpRequestException)
        {
            return false;
        }
    }
}
