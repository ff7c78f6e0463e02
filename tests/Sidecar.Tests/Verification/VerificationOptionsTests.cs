using System.Collections;
using Sidecar.Accounts;
using Sidecar.Hosting;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Verification;

namespace Sidecar.Tests.Verification;

public sealed class VerificationOptionsTests
{
    [Fact]
    public void Read_Nothing_IsOffAndAsRecovery()
    {
        var options = Read(out var faults);

        Assert.Empty(faults);
        Assert.False(options.Enabled || options.Gate.Enabled);
        Assert.Equal(RecoveryOptions.Read(TestSettings.Of()).Proof.Rules, options.Proof(RecoveryOptions.Read(TestSettings.Of()).Proof).Rules);
        Assert.Equal((AnswerStyle.Uniform, 8, TimeSpan.FromMinutes(30)), (options.Answers, options.CodeLength, options.VerifiedLifetime));
    }

    [Fact]
    public void Read_RecoverysNumbers_AreVerificationsUnlessItHasItsOwn()
    {
        var options = Read(out var faults, "recovery.tries=3", "recovery.code.length=10", "recovery.cooldown=90s", "recovery.answers=app", "verification.tries=4", "verification.verified_ttl=1h");

        Assert.Empty(faults);
        Assert.Equal((4, 10, TimeSpan.FromSeconds(90), AnswerStyle.App, TimeSpan.FromHours(1)), (options.Tries, options.CodeLength, options.Cooldown, options.Answers, options.VerifiedLifetime));
    }

    [Theory]
    [InlineData("verification.enabled=treu", true, false)]
    [InlineData("verification.gate.enabled=treu", false, true)]
    public void Read_SwitchThatCannotBeRead_ClosesThePaths(string setting, bool enabled, bool gate)
    {
        var options = Read(out var faults, setting);

        Assert.NotEmpty(faults);
        Assert.Equal((enabled, gate), (options.Enabled, options.Gate.Enabled));
    }

    [Fact]
    public void Read_GateWithoutVerification_IsAFaultThatNamesTheFix() =>
        Assert.Contains("verification.enabled: true", ReadFault("verification.gate.enabled=true"), StringComparison.Ordinal);

    [Theory]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("a b")]
    [InlineData("user@acme.io")]
    [InlineData("bücher.example")]
    [InlineData("acme..io")]
    [InlineData(" acme.io")]
    public void Read_DomainThatIsNone_IsAFault(string domain) =>
        Assert.Contains("verification.gate.refused_domains", ReadFault("verification.enabled=true", $"verification.gate.refused_domains.0={domain}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "", "a@any.io", true)]
    [InlineData("acme.io", "", "a@acme.io", true)]
    [InlineData("Acme.IO", "", "a@ACME.io", true)]
    [InlineData("acme.io", "", "a@sub.acme.io", false)]
    [InlineData("acme.io", "", "a@acme.io.evil.io", false)]
    [InlineData("*.acme.io", "", "a@sub.deep.acme.io", true)]
    [InlineData("*.acme.io", "", "a@acme.io", false)]
    [InlineData("*.acme.io", "", "a@evilacme.io", false)]
    [InlineData("", "mail.test", "a@mail.test", false)]
    [InlineData("", "mail.test", "a@MAIL.test", false)]
    [InlineData("", "mail.test", "a@other.test", true)]
    [InlineData("", "mail.test", "a@ｍail.test", false)]
    [InlineData("*.acme.io", "bad.acme.io", "a@bad.acme.io", false)]
    [InlineData("*.acme.io", "bad.acme.io", "a@good.acme.io", true)]
    public void Allow_Address_FollowsItsDomain(string allowed, string refused, string text, bool isAllowed)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));

        Assert.Equal(isAllowed, new DomainRules([.. allowed.Split(',', StringSplitOptions.RemoveEmptyEntries)], [.. refused.Split(',', StringSplitOptions.RemoveEmptyEntries)]).Allow(address));
    }

    private static string ReadFault(params string[] sets)
    {
        Read(out var faults, sets);
        return Assert.Single(faults).ToString();
    }

    private static VerificationOptions Read(out IReadOnlyList<Fault> faults, params string[] sets)
    {
        var root = SettingsLoader.Load(Path.GetTempPath(), sets, new Hashtable());
        var recovery = RecoveryOptions.Read(root);
        faults = root.Faults;
        return VerificationOptions.Read(root, recovery.Proof, recovery.CodeLength);
    }
}
