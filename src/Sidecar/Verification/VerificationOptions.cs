using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Proof;

namespace Sidecar.Verification;

/// <summary>The verification flow's numbers. What is not set is as recovery has it, given as defaults.</summary>
/// <param name="Enabled"><c>verification.enabled</c>: account verification, see [below](#verification); off, its paths are the app's. Default false.</param>
/// <param name="Answers"><c>verification.answers</c>: <c>uniform</c>: an address that has an account is told so by mail, and only there. <c>app</c>: looked up at once; a client is told "email already registered". Default: as recovery.</param>
/// <param name="CodeLength"><c>verification.code.length</c>: letters A to Z. 6 to 16. Default: as recovery.</param>
/// <param name="CodeLifetime"><c>verification.code.ttl</c>: how long a code may be typed. 1m to 10m. Default: as recovery.</param>
/// <param name="Tries"><c>verification.tries</c>: wrong codes before a flow closes. 1 to 10. Default: as recovery.</param>
/// <param name="Lock"><c>verification.lock</c>: how long a flow stays closed. 1m to 24h. Default: as recovery.</param>
/// <param name="Cooldown"><c>verification.cooldown</c>: after a verification mail, before the next mail of any purpose to the address. 10s to 1h. Default: as recovery.</param>
/// <param name="VerifiedLifetime"><c>verification.verified_ttl</c>: how long a verified address stays so. 1m to 2h; default 30m.</param>
/// <param name="Gate">The registration gate.</param>
internal sealed record VerificationOptions(
    bool Enabled,
    AnswerStyle Answers,
    int CodeLength,
    TimeSpan CodeLifetime,
    int Tries,
    TimeSpan Lock,
    TimeSpan Cooldown,
    TimeSpan VerifiedLifetime,
    GateOptions Gate)
{
    /// <summary><c>verification.assert.paths</c>: requests on which the app is told a verified address: <c>/path</c>, <c>/beginning/*</c>, either behind a method (<c>POST /orders</c>). Only the plain spelling of a path counts. Default: none.</summary>
    public IReadOnlyList<AssertRule> AssertOn { get; init; } = [];

    public const string Section = "verification";

    private static readonly (string, AnswerStyle)[] Styles = [("uniform", AnswerStyle.Uniform), ("app", AnswerStyle.App)];

    /// <param name="root">All settings.</param>
    /// <param name="recovery">Recovery's rules.</param>
    /// <param name="codeLength">The length of recovery's codes.</param>
    public static VerificationOptions Read(SettingsSection root, ProofOptions recovery, int codeLength)
    {
        var section = root.Section(Section);
        var (code, rules) = (section.Section("code"), recovery.Rules);
        var enabled = ReadSwitch(section, "enabled");
        return new(
            enabled,
            section.Choice("answers", recovery.Answers, Styles),
            code.Int("length", codeLength, 6, 16),
            code.Duration("ttl", rules.CodeLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)),
            section.Int("tries", rules.Tries, 1, 10),
            section.Duration("lock", rules.Lock, TimeSpan.FromMinutes(1), TimeSpan.FromHours(24)),
            section.Duration("cooldown", rules.Cooldown, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
            section.Duration("verified_ttl", TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(1), TimeSpan.FromHours(2)),
            GateOptions.Read(section, enabled)) { AssertOn = AssertRule.Read(section, enabled) };
    }

    /// <summary>What these numbers are to the steps. An address's room for flows and the mails' spread are one for both purposes.</summary>
    /// <param name="recovery">Recovery's rules.</param>
    public ProofOptions Proof(ProofOptions recovery) =>
        new(Purpose.Verification, Answers, new(CodeLifetime, Cooldown, Tries, Lock, recovery.MaxFlowsPerAddress), VerifiedLifetime) { MailSpread = recovery.MailSpread };

    /// <summary>A switch that cannot be read counts as on: the paths close and the log says why, rather than that a gate stands open.</summary>
    public static bool ReadSwitch(SettingsSection section, string key)
    {
        var faults = section.Faults.Count;
        return section.Bool(key, false) || section.Faults.Count > faults;
    }
}
