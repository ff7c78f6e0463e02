using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;

namespace Sidecar.FunctionalTests.Redis;

public sealed class RedisTlsTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sidecar-tls-").FullName;
    private RedisServer? _server;

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        await WriteCertificatesAsync();
        var port = FreePort.Next();
        _server = new RedisServer
        {
            PlainPort = 0,
            Port = port,
            Extra = Arguments(port, "no"),
        };
        await _server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Connect_AuthorityTrusted_Answers()
    {
        await using var connection = Connect(_server!.Options with { Tls = true, AuthorityFile = InDirectory("ca.pem") });

        await RedisServer.UntilAsync(() => Task.FromResult(connection.IsHealthy), TimeSpan.FromSeconds(10), "not connected");
    }

    [Fact]
    public async Task Connect_AuthorityNotTrusted_IsRefused()
    {
        await using var connection = Connect(_server!.Options with { Tls = true });

        await AssertDownAsync(connection);
    }

    [Fact]
    public async Task Connect_NameNotInTheCertificate_IsRefused()
    {
        await using var connection = Connect(_server!.Options with { Host = "localhost", Tls = true, AuthorityFile = InDirectory("ca.pem") });

        await AssertDownAsync(connection);
    }

    [Fact]
    public async Task Connect_PlainToATlsPort_IsRefused()
    {
        await using var connection = Connect(_server!.Options);

        await AssertDownAsync(connection);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connect_ServerAsksForACertificate_NeedsOurs(bool hasOne)
    {
        var port = FreePort.Next();
        await using var server = new RedisServer { PlainPort = 0, Port = port, Extra = Arguments(port, "yes") };
        await server.StartAsync();
        var options = server.Options with { Tls = true, AuthorityFile = InDirectory("ca.pem") };

        await using var connection = Connect(hasOne ? options with { CertificateFile = InDirectory("server.pem"), KeyFile = InDirectory("server.key") } : options);

        if (hasOne)
        {
            await RedisServer.UntilAsync(() => Task.FromResult(connection.IsHealthy), TimeSpan.FromSeconds(10), "not connected");
        }
        else
        {
            await AssertDownAsync(connection);
        }
    }

    private string[] Arguments(int port, string authClients) =>
    [
        "--tls-port", port.ToString(CultureInfo.InvariantCulture), "--tls-cert-file", InDirectory("server.pem"), "--tls-key-file", InDirectory("server.key"),
        "--tls-ca-cert-file", InDirectory("ca.pem"), "--tls-auth-clients", authClients,
    ];

    private static RedisConnection Connect(RedisOptions options) =>
        RedisConnection.Start(options with { Timeout = TimeSpan.FromSeconds(5) }, NullLogger<RedisConnection>.Instance);

    private static async Task AssertDownAsync(RedisConnection connection)
    {
        await RedisServer.UntilAsync(() => Task.FromResult(connection.Status != "connecting"), TimeSpan.FromSeconds(15), "no verdict");
        Assert.False(connection.IsHealthy);
        Assert.NotEqual("ok", connection.Status);
    }

    private string InDirectory(string name) => Path.Combine(_directory, name);

    private async Task WriteCertificatesAsync()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(from, to);
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=redis", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var server = request.Create(authority, from, to, [1, 2, 3]);
        await File.WriteAllTextAsync(InDirectory("ca.pem"), authority.ExportCertificatePem());
        await File.WriteAllTextAsync(InDirectory("server.pem"), server.ExportCertificatePem());
        await File.WriteAllTextAsync(InDirectory("server.key"), serverKey.ExportPkcs8PrivateKeyPem());
    }
}
