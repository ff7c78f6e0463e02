using System.Security.Cryptography.X509Certificates;

namespace Sidecar.Tests.Hosting;

/// <summary>How an app behind TLS is known, as the settings say it.</summary>
public sealed class UpstreamTlsTests : IDisposable
{
    private readonly SettingsFolder _folder = new SettingsFolder().Flag("store.kind=memory").File("ca.pem", TestCertificate.Make("authority").Certificate);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{ upstream: 'https://app.test:8443', upstream_tls: { ca: ca.pem } }", "app.test")]
    [InlineData("{ upstream: 'https://10.0.0.5', upstream_tls: { server_name: app.internal } }", "app.internal")]
    [InlineData("{ upstream: 'https://10.0.0.5', upstream_tls: { ca: ca.pem, server_name: 10.0.0.6 } }", "10.0.0.6")]
    public void Read_Right_KnowsWhomToExpect(string listener, string name)
    {
        var options = _folder.Own($"listeners: [{listener}]").Read();

        Assert.DoesNotContain(options.Faults, static fault => fault.Key.StartsWith("listeners", StringComparison.Ordinal));
        Assert.Equal(name, options.Listeners[0].UpstreamTls!.Options(isHttp2: false).TargetHost);
    }

    [Theory]
    [InlineData("{ upstream: 'http://app.test', upstream_tls: { ca: ca.pem } }", "listeners[0].upstream_tls", "is not https")]
    [InlineData("{ upstream: 'unix:/run/app.sock', upstream_tls: { server_name: app } }", "listeners[0].upstream_tls", "is not https")]
    [InlineData("{ upstream: 'https://app.test', upstream_tls: { ca: nothing.pem } }", "listeners[0].upstream_tls.ca", "is not a readable PEM file")]
    [InlineData("{ upstream: 'https://app.test', upstream_tls: { ca: sidecar.yaml } }", "listeners[0].upstream_tls.ca", "is not a readable PEM file")]
    [InlineData("{ upstream: 'https://app.test', upstream_tls: { server_name: 'https://app' } }", "listeners[0].upstream_tls.server_name", "is no host name")]
    [InlineData("{ upstream: 'https://app.test', upstream_tls: { server_name: a } }, { port: 8081, upstream: 'https://app.test' }", "listeners[1].upstream_tls", "is not that of another listener")]
    [InlineData("{ upstream: 'https://app.test', upstream_tls: { name: a } }", "listeners[0].upstream_tls.name", "is not a setting")]
    public void Read_Wrong_SaysWhat(string listeners, string key, string problem) =>
        Assert.Contains(_folder.Own($"listeners: [{listeners}]").Read().Faults, fault => fault.Key == key && fault.Problem.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void Read_NothingSet_LeavesItAsItWas() => Assert.Null(_folder.Own("listeners: [{ upstream: 'https://app.test' }]").Read().Listeners[0].UpstreamTls);

    [Fact]
    public void Options_FileThatChanges_TrustsWhatItHoldsAndOtherwiseWhatItHeld()
    {
        var tls = _folder.Own("listeners: [{ upstream: 'https://app.test', upstream_tls: { ca: ca.pem } }]").Read().Listeners[0].UpstreamTls!;
        Assert.Equal("CN=authority", Trusted());

        _folder.File("ca.pem", TestCertificate.Make("another").Certificate);
        Assert.Equal("CN=another", Trusted());
        _folder.File("ca.pem", "-----BEGIN CERTIFICATE-----\nhalf");
        Assert.Equal("CN=another", Trusted());
        File.Delete(Path.Combine(_folder.Path, "ca.pem"));
        Assert.Equal("CN=another", Trusted());

        string Trusted()
        {
            var policy = tls.Options(isHttp2: true).CertificateChainPolicy!;
            Assert.Equal(X509ChainTrustMode.CustomRootTrust, policy.TrustMode);
            return Assert.Single(policy.CustomTrustStore).Subject;
        }
    }
}
