using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Demo.App;

namespace Sidecar.Tests.Demo;

/// <summary>The demo app on a free port, with a clock to turn and the calls that its tests make.</summary>
public sealed class AppFixture : IAsyncLifetime
{
    internal FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(55));

    internal AppRelease Release { get; init; }

    internal bool DisablePasswordLogin { get; init; }

    internal InProcessFlags Flags { get; private set; } = null!;

    internal InProcessStore Store => Flags.Store;

    internal DemoApp App { get; private set; } = null!;

    internal HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Flags = new InProcessFlags(Time);
        App = await DemoApp.StartAsync(new DemoAppOptions(Flags)
        {
            Time = Time,
            Release = Release,
            Store = Store,
            DisablePasswordLogin = DisablePasswordLogin,
            ExtraUsers =
            [
                new("carol@example.com", "carol-password"),
                new("Bob@Example.com", "bob-password"),
                new("disabled@example.com", "disabled-password") { IsActive = false },
                new("deleted@example.com", "deleted-password") { IsDeleted = true },
            ],
        });
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = App.Address };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.DisposeAsync();
    }

    internal async Task<string> PostAsync(string path, string json, string type = "application/json")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }

    /// <summary>Over a bare socket, since HttpClient would tidy the target up; the whole answer as it came.</summary>
    internal async Task<string> SendRawAsync(string line, string headers = "", string body = "")
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", App.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    internal Task<HttpResponseMessage> LogInAsync(string path, string email, string password) =>
        Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), new Dictionary<string, string> { ["email"] = email, ["password"] = App.Cipher.Encrypt(password) });

    internal Task<HttpResponseMessage> ResetAsync(string path, string email, string password, string? confirm = null) =>
        Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), new Dictionary<string, string>
        {
            ["email"] = email,
            ["new_password"] = App.Cipher.Encrypt(password),
            ["confirm_new_password"] = App.Cipher.Encrypt(confirm ?? password),
        });

    internal ValueTask VerifyAsync(string email) => Flags.GrantAsync(new($"otp:verified:{email}", "1"), TestContext.Current.CancellationToken);

    internal static async Task<(int Code, JsonElement Data, string Message)> ReadAsync(HttpResponseMessage answer)
    {
        var root = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (root.GetProperty("code").GetInt32(), root.GetProperty("data"), root.GetProperty("message").GetString()!);
    }
}
