using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Tests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>The public port with a certificate of its own.</summary>
public sealed class TlsTests(ForwardingWorld world) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sidecar-tls-").FullName;
    private readonly TestCertificate _pair = TestCertificate.Make();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("h2,http/1.1", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    [InlineData("", "")]
    public async Task Handshake_EachOffer_TakesTheBestOfIt(string offered, string taken)
    {
        await using var sidecar = await StartAsync();

        await using var tls = await HandshakeAsync(sidecar, offered.Split(',', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(taken, tls.NegotiatedApplicationProtocol.ToString());
        Assert.Equal(_pair.Thumbprint, Thumbprint(tls));
    }

    [Fact]
    public async Task Handshake_WithOldTls_IsRefused()
    {
        await using var sidecar = await StartAsync();

#pragma warning disable SYSLIB0039, CA5397 // What is refused must be asked for.
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(sidecar, [], SslProtocols.Tls11));
#pragma warning restore SYSLIB0039, CA5397
        await using var tls = await HandshakeAsync(sidecar, [], SslProtocols.Tls12);
        Assert.Equal(SslProtocols.Tls12, tls.SslProtocol);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public async Task Request_InEitherVersion_ReachesTheAppAsHttps(int major, int minor)
    {
        await using var sidecar = await StartAsync();
        using var client = Client();

        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://localhost:{sidecar.Port}/demo/echo/x?y") { Version = new(major, minor), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent("hello") };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        var echo = Echo.Of(new(200, [], await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(request.Version, answer.Version);
        Assert.Equal(("POST", "/demo/echo/x?y", "https", $"localhost:{sidecar.Port}"), (echo.Method, echo.Target, echo.Value("X-Forwarded-Proto"), echo.Value("Host")));
    }

    [Fact]
    public async Task Ticket_OverTls_IsACookieOfThisHostOnly()
    {
        await using var sidecar = await StartAsync();
        using var client = Client();

        using var answer = await client.GetAsync(new Uri($"https://localhost:{sidecar.Port}/v1/user/forget/captcha?email=alice%40example.com"), TestContext.Current.CancellationToken);

        Assert.StartsWith("__Host-sidecar-flow=", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_RenewedByAMountedSecret_IsTheNextConnections()
    {
        // As Kubernetes does: files behind a link to a folder behind a link, which alone is swapped.
        Secret("..first", _pair);
        Directory.CreateSymbolicLink(InFolder("..data"), "..first");
        foreach (var file in (string[])["tls.crt", "tls.key"])
        {
            File.CreateSymbolicLink(InFolder(file), Path.Combine("..data", file));
        }

        await using var sidecar = await StartAsync(written: true);
        await using var before = await HandshakeAsync(sidecar, []);
        var renewed = TestCertificate.Make();
        Secret("..second", renewed);
        Directory.CreateSymbolicLink(InFolder("..new"), "..second");
        using (var swap = Process.Start("mv", ["-T", InFolder("..new"), InFolder("..data")]))
        {
            await swap.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, swap.ExitCode);
        }

        await Eventually.TrueAsync(async () => await ThumbprintAsync(sidecar) == renewed.Thumbprint, "the renewed certificate");

        // Whoever is connected stays so.
        await before.WriteAsync(Encoding.ASCII.GetBytes("GET /demo/echo/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(before);
        Assert.StartsWith("HTTP/1.1 200", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metric_OfTheCertificate_SaysWhenItEnds()
    {
        await using var sidecar = await StartAsync();
        using var certificate = X509Certificate2.CreateFromPem(_pair.Certificate);

        var scrape = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken);

        var end = new DateTimeOffset(certificate.NotAfter).ToUnixTimeSeconds();
        var line = Assert.Single(Encoding.UTF8.GetString(scrape.Body).Split('\n'), static line => line.StartsWith("sidecar_tls_certificate_end_seconds{", StringComparison.Ordinal));
        Assert.Contains($"port=\"{sidecar.Port}\"", line, StringComparison.Ordinal);
        Assert.Contains($"}} {end}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_WithoutItsKey_EndsTheStartWith78AndNamesTheFile()
    {
        await File.WriteAllTextAsync(InFolder("tls.crt"), _pair.Certificate, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(InFolder("tls.key"), TestCertificate.Make().Key, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(InFolder("sidecar.yaml"), "listeners: [{ tls: { cert: tls.crt, key: tls.key } }]", TestContext.Current.CancellationToken);

        foreach (var command in (string[])["run", "check-config"])
        {
            var ended = await SidecarCommand.RunAsync(command, "--config", _folder);

            Assert.Equal(78, ended.ExitCode);
            Assert.Contains("listeners[0].tls.key: tls.key: is not the key of the certificate. Fix: ", ended.Error, StringComparison.Ordinal);
        }
    }

    private string InFolder(string name) => Path.Combine(_folder, name);

    private void Secret(string folder, TestCertificate pair)
    {
        Directory.CreateDirectory(InFolder(folder));
        File.WriteAllText(InFolder(Path.Combine(folder, "tls.crt")), pair.Certificate);
        File.WriteAllText(InFolder(Path.Combine(folder, "tls.key")), pair.Key);
    }

    private Task<SidecarProcess> StartAsync(bool written = false)
    {
        if (!written)
        {
            Secret(".", _pair);
        }

        return SidecarProcess.StartAsync(new()
        {
            Upstream = world.App.Address,
            Environment = new Dictionary<string, string> { ["SIDECAR__LISTENERS__0__TLS__CERT"] = InFolder("tls.crt"), ["SIDECAR__LISTENERS__0__TLS__KEY"] = InFolder("tls.key") },
        });
    }

    private static async Task<SslStream> HandshakeAsync(SidecarProcess sidecar, string[] offered, SslProtocols protocols = SslProtocols.None)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, sidecar.Port, TestContext.Current.CancellationToken);
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocols,
                ApplicationProtocols = [.. offered.Select(static protocol => new SslApplicationProtocol(protocol))],
                RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=localhost",
            },
            TestContext.Current.CancellationToken);
        return tls;
    }

    private static async Task<string> ThumbprintAsync(SidecarProcess sidecar)
    {
        await using var tls = await HandshakeAsync(sidecar, []);
        return Thumbprint(tls);
    }

    private static string Thumbprint(SslStream tls) => ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;

    private static HttpClient Client() => new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=localhost" }, UseCookies = false });
}
