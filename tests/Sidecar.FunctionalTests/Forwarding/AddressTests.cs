using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Where the app is, and where the sidecar listens, other than on an IPv4 address.</summary>
public sealed class AddressTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sidecar-socket-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task App_BehindASocket_SeesWhatWasSent()
    {
        await using var app = await OnSocketAsync();
        var (sidecar, url) = await StartAsync($"upstream: 'unix:{SocketPath}'");
        await using var ending = sidecar;

        var answer = await SendAsync(url);

        Assert.Equal("POST /a%2Fb?&c app.example:8443 127.0.0.1 hello", answer);
        var ready = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken);
        Assert.Contains("\"upstream\":{\"status\":\"ok\"", Encoding.UTF8.GetString(ready.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task App_BehindASocketThatIsNotThere_Answers502AndIsToldBySocket()
    {
        var (sidecar, url) = await StartAsync($"upstream: 'unix:{SocketPath}'");
        await using var ending = sidecar;

        var answer = await RawHttp.SendAsync(new(url, "GET", "/x"), TestContext.Current.CancellationToken);
        var ready = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken);

        Assert.Equal(502, answer.Status);
        Assert.Contains($"unix:{SocketPath} takes no connection", Encoding.UTF8.GetString(ready.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_AppBehindASocket_LooksThere()
    {
        await using var app = await OnSocketAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "sidecar.yaml"), $"listeners: [{{ address: 127.0.0.1, upstream: 'unix:{SocketPath}' }}]", TestContext.Current.CancellationToken);

        var check = await SidecarCommand.RunAsync("check", "--config", _folder);

        Assert.Contains($"takes connections at {SocketPath}", check.Output, StringComparison.Ordinal);
        Assert.Contains("does not answer as a RAGFlow does", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task App_AndListenerOnIPv6_SeeTheClientsAddress()
    {
        await using var app = await OtherApp.StartAsync(static kestrel => kestrel.Listen(IPAddress.IPv6Loopback, 0), AnswerAsync);
        var (sidecar, url) = await StartAsync($"upstream: 'http://[::1]:{app.Address.Port}'", "[::1]");
        await using var ending = sidecar;

        Assert.Equal("POST /a%2Fb?&c app.example:8443 ::1 hello", await SendAsync(url));
    }

    private string SocketPath => Path.Combine(_folder, "app.sock");

    private Task<OtherApp> OnSocketAsync() => OtherApp.StartAsync(kestrel => kestrel.ListenUnixSocket(SocketPath), AnswerAsync);

    private static async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        await context.Response.WriteAsync($"{context.Request.Method} {target} {context.Request.Host} {context.Request.Headers["X-Forwarded-For"]} ", context.RequestAborted);
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task<string> SendAsync(Uri sidecar)
    {
        var request = new RawRequest(sidecar, "POST", "/a%2Fb?&c") { Headers = [new("Host", "app.example:8443")], Body = "hello"u8.ToArray() };
        return Encoding.ASCII.GetString((await RawHttp.SendAsync(request, TestContext.Current.CancellationToken)).Body);
    }

    private static async Task<(SidecarProcess Process, Uri Url)> StartAsync(string upstream, string address = "127.0.0.1")
    {
        var port = FreePort.Next();
        var settings = string.Create(CultureInfo.InvariantCulture, $"listeners: [{{ address: '{address}', port: {port}, {upstream} }}]");
        var process = await SidecarProcess.StartAsync(new() { Files = new Dictionary<string, string> { ["sidecar.yaml"] = settings } });
        return (process, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{address}:{port}")));
    }
}
