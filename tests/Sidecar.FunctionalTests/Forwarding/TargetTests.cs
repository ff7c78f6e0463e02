using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>The request line as it arrives at the app: byte for byte what the client sent.</summary>
public class TargetTests(ForwardingWorld world)
{
    [Theory]
    [InlineData("/demo/echo")]
    [InlineData("/demo/echo/a%2Fb%2fc")]
    [InlineData("/demo/echo/%7E%2B%41%7C")]
    [InlineData("/demo/echo/a|b;c=d,e@f:g~h\\i")]
    [InlineData("/demo/echo/./a/../b//c///")]
    [InlineData("/demo/echo//")]
    [InlineData("/demo/echo/..")]
    [InlineData("/demo/echo/%2e%2e/%2E/x")]
    [InlineData("/demo/echo?")]
    [InlineData("/demo/echo?&")]
    [InlineData("/demo/echo?a=1&&b=%20+%2B&c")]
    [InlineData("/demo/echo?q=a/../b?c#d")]
    [InlineData("/demo/echo/%zz/%/%4")]
    [InlineData("/demo/echo/{x}[y]<z>\"^`")]
    [InlineData("/demo/echo/%C3%A9%E2%82%AC%FF")]
    [InlineData("/demo/echo/a:b@c!$&'()*+,;=")]
    public async Task Target_OddButLegal_ArrivesAsSent(string target) =>
        Assert.Equal(target, (await world.EchoAsync("GET", target)).Target);

    [Fact]
    public async Task Target_TwentyKilobytesLong_ArrivesWhole()
    {
        var target = "/demo/echo?q=" + new string('x', 20_000) + "%2F";

        // The stand-in's own server takes 8 KiB; the sidecar must not be the one to refuse.
        await using var app = ScriptedApp.Saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = [world.Engine] });
        Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", target), TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task Target_AbsoluteForm_ArrivesAsPathWithItsHost()
    {
        var authority = world.Sidecar.BaseUrl.Authority;

        var echo = await world.EchoAsync("GET", $"http://{authority}/demo/echo/%7E//x?y");

        Assert.Equal("/demo/echo/%7E//x?y", echo.Target);
        Assert.Equal(authority, echo.Value("Host"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    [InlineData("M-SEARCH")]
    public async Task Method_KnownOrNot_ArrivesAsSent(string method) =>
        Assert.Equal(method, (await world.EchoAsync(method, "/demo/echo/m")).Method);

    [Fact]
    public async Task Options_Asterisk_IsAnsweredForTheServer() =>
        Assert.Equal(204, (await world.SendAsync("OPTIONS", "*")).Status);

    [Fact]
    public async Task Connect_ToAnywhere_OpensNoTunnel()
    {
        var authority = world.App.Address.Authority;

        var answer = await world.SendAsync("CONNECT", authority, new KeyValuePair<string, string>("Host", authority));

        Assert.Equal(501, answer.Status);
    }
}

public sealed class YarpTargetTests(YarpWorld world) : TargetTests(world);
