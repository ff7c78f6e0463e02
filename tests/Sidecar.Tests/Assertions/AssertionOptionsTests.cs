using System.Security.Cryptography;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Assertions;

/// <summary>What is wrong with the generic contract's settings is told by key and fix, and no secret with it.</summary>
public sealed class AssertionOptionsTests : IDisposable
{
    private const string Mail = "smtp: { mail_server: relay, mail_default_sender: [a, 'a@example.org'] }\n";
    private const string Generic = Mail + "contracts: [generic]\naccounts: { kind: any }\n";

    private readonly SettingsFolder _folder = new();

    public AssertionOptionsTests()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        _folder.File("pair.pem", pair.ExportECPrivateKeyPem()).File("pkcs8.pem", pair.ExportPkcs8PrivateKeyPem()).File("ec-public.pem", pair.ExportSubjectPublicKeyInfoPem()).File("p384.pem", other.ExportECPrivateKeyPem());
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pair.pem")]
    [InlineData("pkcs8.pem")]
    public void Read_GenericWithAKey_HasNoFaultAndNeedsNoRedis(string file)
    {
        var options = _folder.Own(Generic + $"assertion: {{ keys: [{{ id: a, file: {file} }}] }}\n").Read();

        Assert.Empty(options.Faults);
        Assert.Equal(("sidecar", "app", "Sidecar-Assertion", TimeSpan.FromSeconds(60)), (options.Assertion.Issuer, options.Assertion.Audience, options.Assertion.Header, options.Assertion.Lifetime));
        Assert.Equal("/user/forget/reset", options.Generic.ResetPath);
    }

    [Theory]
    [InlineData("", "assertion.keys")]
    [InlineData("assertion: { keys: [{ id: a }] }", "assertion.keys[0].file")]
    [InlineData("assertion: { keys: [{ id: a, file: missing.pem }] }", "assertion.keys[0].file")]
    [InlineData("assertion: { keys: [{ id: a, file: ec-public.pem }] }", "assertion.keys[0].file")]
    [InlineData("assertion: { keys: [{ id: a, file: p384.pem }] }", "assertion.keys[0].file")]
    [InlineData("assertion: { keys: [{ id: a, pem: quatsch }] }", "assertion.keys[0].pem")]
    [InlineData("assertion: { keys: [{ id: 'a b', file: pair.pem }] }", "assertion.keys[0].id")]
    [InlineData("assertion: { keys: [{ id: a, file: pair.pem }, { id: a, file: pair.pem }] }", "assertion.keys[1].id")]
    [InlineData("assertion: { algorithm: hs256, keys: [{ id: a, secret: c2hvcnQ= }] }", "assertion.keys[0].secret")]
    [InlineData("assertion: { algorithm: rs256, keys: [{ id: a, file: pair.pem }] }", "assertion.algorithm")]
    [InlineData("assertion: { lifetime: 2m, keys: [{ id: a, file: pair.pem }] }", "assertion.lifetime")]
    [InlineData("assertion: { header: Cookie, keys: [{ id: a, file: pair.pem }] }", "assertion.header")]
    [InlineData("assertion: { header: X-Forwarded-User, keys: [{ id: a, file: pair.pem }] }", "assertion.header")]
    [InlineData("assertion: { header: 'a: b', keys: [{ id: a, file: pair.pem }] }", "assertion.header")]
    [InlineData("generic: { reset: { path: reset } }\nassertion: { keys: [{ id: a, file: pair.pem }] }", "generic.reset.path")]
    [InlineData("verification: { enabled: true, gate: { enabled: true } }\nassertion: { keys: [{ id: a, file: pair.pem }] }", "verification.gate.enabled")]
    [InlineData("verification: { enabled: true, gate: { enabled: true, paths: [/user/forget/otp] } }\nassertion: { keys: [{ id: a, file: pair.pem }] }", "verification.gate.paths")]
    [InlineData("verification: { enabled: true, gate: { enabled: true, paths: [sign-up] } }\nassertion: { keys: [{ id: a, file: pair.pem }] }", "verification.gate.paths")]
    [InlineData("verification: { assert: { paths: [/x] } }\nassertion: { keys: [{ id: a, file: pair.pem }] }", "verification.assert.paths")]
    [InlineData("verification: { enabled: true, assert: { paths: [x] } }\nassertion: { keys: [{ id: a, file: pair.pem }] }", "verification.assert.paths")]
    public void Read_WhatDoesNotFit_IsOneFaultThatTurnsRecoveryOff(string settings, string key)
    {
        var options = _folder.Own(Generic + settings + "\n").Read();

        var fault = Assert.Single(options.Faults);
        Assert.Equal(key, fault.Key);
        Assert.NotEmpty(fault.Fix);
        Assert.NotEmpty(options.RecoveryOffReason);
        Assert.Empty(options.FatalFaults);
        Assert.DoesNotContain("quatsch", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GenericAlone_MindsTheProbeThatAsksRagflow() =>
        Assert.Equal(["accounts.kind"], _folder.Own(Mail + "contracts: [generic]\nassertion: { keys: [{ id: a, file: pair.pem }] }\n").Read().Faults.Select(static fault => fault.Key));

    [Fact]
    public void Read_BothContracts_NeedBoth()
    {
        var options = _folder.Own(Mail + "contracts: [ragflow-v1, generic]\nassertion: { keys: [{ id: a, file: pair.pem }] }\n").Read();

        Assert.True(options.NeedsHandoff);
        Assert.Equal(["redis.host"], options.Faults.Select(static fault => fault.Key));
    }

    [Fact]
    public void Read_AssertPathsInRagflow_NeedAKey() =>
        Assert.Contains(_folder.Own(Mail + "verification: { enabled: true, assert: { paths: ['POST /x', /y/*] } }\n").Read().Faults, static fault => fault.Key == "assertion.keys");
}
