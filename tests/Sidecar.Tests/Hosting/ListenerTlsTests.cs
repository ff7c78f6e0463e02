using Microsoft.Extensions.Time.Testing;
using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

/// <summary>Certificates as operators get them wrong, and as they renew them.</summary>
public sealed class ListenerTlsTests : IDisposable
{
    private readonly SettingsFolder _folder = new();
    private readonly TestCertificate _pair = TestCertificate.Make();
    private readonly CapturingLogger<CertificateWatch> _log = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_APair_IsTheListeners()
    {
        Write(_pair.Certificate, _pair.Key);

        var tls = Assert.Single(Read()).Tls;

        Assert.Equal(_pair.Thumbprint, tls!.Current.Context.TargetCertificate.Thumbprint);
    }

    public static TheoryData<string, string, string, string> Faults
    {
        get
        {
            var (pair, other) = (TestCertificate.Make(), TestCertificate.Make());
            return new()
            {
                { "", pair.Key, "cert", "holds no certificate" },
                { pair.Certificate, "", "key", "holds no private key" },
                { pair.Certificate, pair.Certificate, "key", "holds no private key" },
                { pair.Key, pair.Key, "cert", "holds no certificate" },
                { pair.Certificate, other.Key, "key", "is not the key of the certificate" },
                { pair.Certificate, pair.ProtectedKey(), "key", "is protected by a password" },
                { "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", pair.Key, "cert", "holds no certificate" },
                { pair.Certificate + new string('\n', 1024 * 1024), pair.Key, "cert", "is far too long for PEM" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Read_NoPair_IsFatalAndNamesTheHalf(string certificate, string key, string half, string problem)
    {
        Write(certificate, key);

        var fault = Assert.Single(Options().FatalFaults);

        Assert.Equal($"listeners[0].tls.{half}", fault.Key);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tls: { cert: none.pem, key: tls.key }", "listeners[0].tls.cert", "names no file")]
    [InlineData("tls: { cert: tls.crt, key: . }", "listeners[0].tls.key", "cannot be read")]
    [InlineData("tls: { cert: tls.crt }", "listeners[0].tls.key", "is missing")]
    [InlineData("tls: { key: tls.key }", "listeners[0].tls.cert", "is missing")]
    [InlineData("protocol: h3", "listeners[0].protocol", "is not a known word")]
    [InlineData("upstream_protocol: h2c", "listeners[0].upstream_protocol", "is not a known word")]
    [InlineData("upstream: 'unix:app.sock'", "listeners[0].upstream", "is not the path of a socket")]
    public void Read_WhatCannotBe_IsFatal(string setting, string key, string problem)
    {
        Write(_pair.Certificate, _pair.Key);

        var fault = Assert.Single(_folder.Own($"listeners: [{{ port: 8443, {setting} }}]").Read().FatalFaults);

        Assert.Equal(key, fault.Key);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unix:/run/app.sock")]
    [InlineData("unix:///run/app.sock")]
    public void Read_SocketAsUpstream_StandsBehindAHostOfItsOwn(string written)
    {
        var listener = Assert.Single(_folder.Own($"listeners: [{{ port: 8443, upstream: '{written}' }}]").Read().Listeners);

        Assert.Equal(("/run/app.sock", "unix:/run/app.sock", "http://listener-8443.unix.invalid"), (listener.Socket, listener.Name, listener.Prefix));
    }

    [Fact]
    public void Watch_ARenewedPair_IsTakenAtTheNextLook()
    {
        Write(_pair.Certificate, _pair.Key);
        var listeners = Read();
        using var watch = Watch(listeners);
        var renewed = TestCertificate.Make();

        Write(renewed.Certificate, renewed.Key);
        _clock.Advance(CertificateWatch.Interval);

        Assert.Equal(renewed.Thumbprint, listeners[0].Tls!.Current.Context.TargetCertificate.Thumbprint);
        Assert.Contains("is in use", Assert.Single(Logged), StringComparison.Ordinal);
    }

    [Fact]
    public void Watch_HalfOfANewPair_KeepsTheLastGoodOneAndSaysSoOnce()
    {
        Write(_pair.Certificate, _pair.Key);
        var listeners = Read();
        using var watch = Watch(listeners);
        var renewed = TestCertificate.Make();

        Write(renewed.Certificate, _pair.Key);
        _clock.Advance(CertificateWatch.Interval);
        _clock.Advance(CertificateWatch.Interval);

        Assert.Equal(_pair.Thumbprint, listeners[0].Tls!.Current.Context.TargetCertificate.Thumbprint);
        Assert.Contains("is not the key of the certificate", Assert.Single(Logged), StringComparison.Ordinal);
        Assert.False(watch.Health.IsWell);

        Write(renewed.Certificate, renewed.Key);
        _clock.Advance(CertificateWatch.Interval);

        Assert.Equal(renewed.Thumbprint, listeners[0].Tls!.Current.Context.TargetCertificate.Thumbprint);
        Assert.True(watch.Health.IsWell);
    }

    [Fact]
    public void Watch_FilesThatVanish_KeepsTheLastGoodOne()
    {
        Write(_pair.Certificate, _pair.Key);
        var listeners = Read();
        using var watch = Watch(listeners);

        File.Delete(Path.Combine(_folder.Path, "tls.crt"));
        _clock.Advance(CertificateWatch.Interval);
        _clock.Advance(CertificateWatch.Interval);

        Assert.Equal(_pair.Thumbprint, listeners[0].Tls!.Current.Context.TargetCertificate.Thumbprint);
        Assert.Contains("names no file", Assert.Single(Logged), StringComparison.Ordinal);
    }

    [Fact]
    public void Watch_ACertificateThatEndsSoon_IsWarnedOfOnceADay()
    {
        var old = TestCertificate.Make(lifetime: TimeSpan.FromDays(13));
        Write(old.Certificate, old.Key);
        using var watch = Watch(Read());

        _clock.Advance(TimeSpan.FromHours(12));
        Assert.Single(Logged);
        _clock.Advance(TimeSpan.FromHours(13));

        Assert.Equal(2, Logged.Count(static line => line.Contains("renew it", StringComparison.Ordinal)));
        Assert.False(watch.Health.IsWell);
    }

    private IEnumerable<string> Logged => _log.Events.Select(static entry => string.Join(' ', entry.Values));

    private void Write(string certificate, string key)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "tls.crt"), certificate);
        File.WriteAllText(Path.Combine(_folder.Path, "tls.key"), key);
    }

    private SidecarOptions Options() => _folder.Own("listeners: [{ port: 8443, tls: { cert: tls.crt, key: tls.key } }]").Read();

    private IReadOnlyList<ListenerOptions> Read() => Options().Listeners;

    private CertificateWatch Watch(IReadOnlyList<ListenerOptions> listeners)
    {
        var watch = new CertificateWatch(listeners, _clock, _log);
        watch.StartAsync(CancellationToken.None);
        return watch;
    }
}
