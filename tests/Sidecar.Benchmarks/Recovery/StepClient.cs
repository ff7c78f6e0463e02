using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Sidecar.Benchmarks.Recovery;

/// <summary>Somebody who recovers an account, as far as the steps go.</summary>
internal sealed class StepClient(HttpClient http, int port, string address)
{
    /// <summary>The answer to every picture in Development.</summary>
    public const string Captcha = "FIXED";

    public string Address => address;

    public string Ticket { get; private set; } = "";

    public Task CaptchaAsync(CancellationToken stop) => SendAsync(HttpMethod.Get, $"captcha?email={Uri.EscapeDataString(address)}", null, stop);

    public Task CodeAsync(CancellationToken stop) => SendAsync(HttpMethod.Post, "otp", $"{{\"email\":\"{address}\",\"captcha\":\"{Captcha}\"}}", stop);

    public Task VerifyAsync(string code, CancellationToken stop) => SendAsync(HttpMethod.Post, "verify-otp", $"{{\"email\":\"{address}\",\"otp\":\"{code}\"}}", stop);

    /// <summary>Does it with each of them, so many at a time; how many a second that were.</summary>
    public static async Task<double> RateAsync(IReadOnlyCollection<StepClient> clients, int atOnce, Func<StepClient, CancellationToken, Task> step, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(clients, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = stop }, async (client, token) => await step(client, token));
        return clients.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private async Task SendAsync(HttpMethod method, string step, string? body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/v1/user/forget/{step}"));
        if (Ticket.Length > 0)
        {
            request.Headers.Add("Sidecar-Ticket", Ticket);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await http.SendAsync(request, stop);
        var picture = answer.Content.Headers.ContentType?.MediaType?.StartsWith("image/", StringComparison.Ordinal) == true;
        var text = picture ? "" : await answer.Content.ReadAsStringAsync(stop);
        if (!picture && !text.Contains("\"code\":0", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{step} answered {(int)answer.StatusCode} {text}");
        }

        Ticket = answer.Headers.TryGetValues("Sidecar-Ticket", out var tickets) ? tickets.First() : Ticket;
    }
}
