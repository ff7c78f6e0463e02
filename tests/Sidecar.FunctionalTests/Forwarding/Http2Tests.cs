using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>HTTP/2 from the client, on a port of its own in the clear, and to the app where that is configured.</summary>
public sealed class Http2Tests(ForwardingWorld world)
{
    private static readonly KeyValuePair<string, string> H2In = new("SIDECAR__LISTENERS__0__PROTOCOL", "h2");
    private static readonly KeyValuePair<string, string> H2Out = new("SIDECAR__LISTENERS__0__UPSTREAM_PROTOCOL", "h2");

    [Fact]
    public async Task Listener_ForH2c_ForwardsWhatItIsSent()
    {
        await using var sidecar = await StartAsync(world.App.Address, H2In);
        using var client = new HttpClient();

        using var request = H2(HttpMethod.Put, new Uri(sidecar.BaseUrl, "/demo/echo/a%2Fb?&c"));
        request.Headers.Host = "app.example:8443";
        request.Headers.TryAddWithoutValidation("Cookie", ["a=1", "b=2"]);
        request.Content = new StringContent("hello");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        var echo = Echo.Of(new(200, [], await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(HttpVersion.Version20, answer.Version);
        Assert.Equal(("PUT", "/demo/echo/a%2Fb?&c", "app.example:8443", "a=1; b=2"), (echo.Method, echo.Target, echo.Value("Host"), echo.Value("Cookie")));
        Assert.DoesNotContain(echo.Headers, static header => header.Key.StartsWith(':'));
    }

    [Fact]
    public async Task Listener_ForH2c_TakesNoHttp1()
    {
        await using var sidecar = await StartAsync(world.App.Address, H2In);
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.DoesNotContain("HTTP/1.1 200", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_ThatAreOurs_AreGuardedInHttp2()
    {
        await using var sidecar = await StartAsync(world.App.Address, H2In);
        using var client = new HttpClient();

        using var request = H2(HttpMethod.Post, new Uri(sidecar.BaseUrl, "/v1/user/forget/otp"));
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Contains("\"code\":101", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socket_OverHttp2_ReachesAnAppThatSpeaksHttp1()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var sidecar = await StartAsync(world.App.Address, H2In);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{sidecar.Port}/demo/ws"), invoker, cancellation);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, cancellation);
        var buffer = new byte[100];
        var echo = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);

        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, echo.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task App_ThatSpeaksHttp2Alone_IsSpokenToSo(bool isHttp2In)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var app = await OtherApp.StartAsync(
            static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2),
            async context =>
            {
                context.Response.DeclareTrailer("grpc-status");
                await context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Host} {context.Request.Headers["X-Forwarded-Proto"]} ", cancellation);
                await context.Request.Body.CopyToAsync(context.Response.Body, cancellation);
                context.Response.AppendTrailer("grpc-status", "0");
            });
        await using var sidecar = await StartAsync(app.Address, isHttp2In ? [H2In, H2Out] : [H2Out]);
        using var client = new HttpClient();

        using var request = isHttp2In ? H2(HttpMethod.Post, new Uri(sidecar.BaseUrl, "/x")) : new(HttpMethod.Post, new Uri(sidecar.BaseUrl, "/x"));
        request.Headers.Host = "app.example:8443";
        request.Content = new StringContent("hello");
        using var answer = await client.SendAsync(request, cancellation);

        Assert.Equal("HTTP/2 app.example:8443 http hello", await answer.Content.ReadAsStringAsync(cancellation));
        Assert.Equal(isHttp2In, answer.TrailingHeaders.TryGetValues("grpc-status", out var status) && status.Single() == "0");
    }

    private static HttpRequestMessage H2(HttpMethod method, Uri target) =>
        new(method, target) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static Task<SidecarProcess> StartAsync(Uri app, params IEnumerable<KeyValuePair<string, string>> environment) =>
        SidecarProcess.StartAsync(new() { Upstream = app, Environment = new Dictionary<string, string>(environment) });
}
