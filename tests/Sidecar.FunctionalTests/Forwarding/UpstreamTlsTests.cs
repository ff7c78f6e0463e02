using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sidecar.FunctionalTests.Doctor;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Smtp;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>An app behind TLS whose certificate, for <c>localhost</c>, an authority of its own has signed.</summary>
public sealed class UpstreamTlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sidecar-upstream-").FullName;
    private string _told = "";
    private OtherApp? _app;

    private string Authority => Path.Combine(_folder, "ca.pem");

    public async ValueTask InitializeAsync()
    {
        RelayAuthority.Write(Authority, Path.Combine(_folder, "app.pem"), Path.Combine(_folder, "app.key"));
        // Another one's, of the same name.
        RelayAuthority.Write(Path.Combine(_folder, "other.pem"), Path.Combine(_folder, "x"), Path.Combine(_folder, "y"));
        var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(_folder, "app.pem"), Path.Combine(_folder, "app.key"));
        _app = await OtherApp.StartAsync(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, name) =>
            {
                _told = name ?? "";
                return certificate;
            })),
            static context => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Scheme} {context.Request.Host} {context.Request.Path}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("http1", "HTTP/1.1")]
    [InlineData("h2", "HTTP/2")]
    public async Task App_OfAPrivateAuthority_IsKnownByTheNameThatIsSet(string protocol, string version)
    {
        await using var sidecar = await StartAsync("ca.pem", "localhost", protocol);

        var answer = await SendAsync(sidecar);

        Assert.Equal($"{version} https client.example /x", Encoding.UTF8.GetString(answer.Body));
        Assert.Equal("localhost", _told);
    }

    /// <summary>The host of the app is in its certificate, too.</summary>
    [Fact]
    public async Task App_WithoutANameSet_IsKnownByItsHost()
    {
        await using var sidecar = await StartAsync("ca.pem");

        Assert.Equal(200, (await SendAsync(sidecar)).Status);
    }

    [Theory]
    [InlineData("ca.pem", "another.example")]
    [InlineData("other.pem", "localhost")]
    [InlineData("", "localhost")]
    [InlineData("", "")]
    public async Task App_OfAnotherNameOrAuthority_IsNotSpokenTo(string authority, string name)
    {
        await using var sidecar = await StartAsync(authority, name);

        var answer = await SendAsync(sidecar);

        Assert.Equal(502, answer.Status);
        Assert.DoesNotContain("client.example", Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => sidecar.StandardOutput.Contains("its certificate is not trusted, or is for another name: see listeners[].upstream_tls", StringComparison.Ordinal), "the log says so\n" + sidecar.StandardOutput);
    }

    [Fact]
    public async Task Authority_ExchangedInItsFile_IsTheNextConnections()
    {
        var file = Path.Combine(_folder, "trusted.pem");
        File.Copy(Path.Combine(_folder, "other.pem"), file);
        await using var sidecar = await StartAsync("trusted.pem", "localhost");
        Assert.Equal(502, (await SendAsync(sidecar)).Status);

        File.Copy(Authority, file, overwrite: true);

        Assert.Equal(200, (await SendAsync(sidecar)).Status);
        sidecar.HangUp();
        await Eventually.TrueAsync(() => sidecar.StandardOutput.Contains("listeners[0].upstream_tls.ca: its files hold something else, in force", StringComparison.Ordinal), "the change is told\n" + sidecar.StandardOutput);
    }

    [Theory]
    [InlineData("localhost", "failed", "does not answer as a RAGFlow does")]
    [InlineData("another.example", "failed", "its certificate is not trusted, or is for another name")]
    public async Task Check_OfSuchAnApp_UsesTheSame(string name, string status, string words)
    {
        using var directory = new TempDirectory(new Dictionary<string, string>());

        var command = await SidecarCommand.RunAsync(
            ["check", "--json", "--config", directory.Path, .. Settings("ca.pem", name).Append("store.kind=memory").SelectMany(static one => new[] { "--set", one })]);

        var found = CheckedWorld.Checks(command)["app/contract"];
        Assert.Equal(status, found.Status);
        Assert.Contains(words, found.Text, StringComparison.Ordinal);
    }

    private string[] Settings(string authority, string name, string protocol = "http1") =>
    [
        "listeners.0.address=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"listeners.0.upstream=https://127.0.0.1:{_app!.Address.Port}"), $"listeners.0.upstream_protocol={protocol}",
        .. authority.Length > 0 ? [$"listeners.0.upstream_tls.ca={Path.Combine(_folder, authority)}"] : Array.Empty<string>(),
        .. name.Length > 0 ? [$"listeners.0.upstream_tls.server_name={name}"] : Array.Empty<string>(),
    ];

    private Task<SidecarProcess> StartAsync(string authority, string name = "", string protocol = "http1") =>
        SidecarProcess.StartAsync(new() { Upstream = _app!.Address, Settings = Settings(authority, name, protocol) });

    private static Task<RawResponse> SendAsync(SidecarProcess sidecar) =>
        RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/x") { Headers = [new("Host", "client.example")] }, TestContext.Current.CancellationToken);
}
