using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Proof;

namespace Sidecar.Recovery;

/// <summary>The recovery flow's numbers.</summary>
/// <param name="Enabled"><c>recovery.enabled</c>: whether recovery is served; off, the paths stay guarded. Default true.</param>
/// <param name="Answers"><c>recovery.answers</c>: <c>uniform</c>: the same answer to everybody, the account is looked up by the mail worker. <c>app</c>: looked up at once, the first delivery awaited for up to 5 s, outcomes worded as the app does. Default <c>uniform</c>.</param>
/// <param name="CodeLength"><c>recovery.code.length</c>: letters A to Z. 6 to 16; default 8 (37.6 bits).</param>
/// <param name="CodeLifetime"><c>recovery.code.ttl</c>: how long a code may be typed. 1m to 10m; default 5m.</param>
/// <param name="Tries"><c>recovery.tries</c>: wrong codes before a flow closes; they survive a resend. 1 to 10; default 5.</param>
/// <param name="Lock"><c>recovery.lock</c>: how long a flow stays closed. 1m to 24h; default 30m.</param>
/// <param name="Cooldown"><c>recovery.cooldown</c>: between two mails to an address. 10s to 1h; default 60s.</param>
/// <param name="MaxFlowsPerAddress"><c>recovery.max_flows_per_address</c>: live flows of an address; one client network holds at most one. 1 to 20; default 3.</param>
/// <param name="VerifiedLifetime"><c>recovery.verified_ttl</c>: how long a proven address may set its password. 1m to 10m; default 5m.</param>
/// <param name="AllowedOrigins"><c>recovery.allowed_origins</c>: origins besides the app's own that may drive the flow, as <c>https://host[:port]</c>. Default: none.</param>
/// <param name="SecureCookie"><c>recovery.cookie.secure</c>: <c>auto</c> (as the request's scheme), <c>always</c>, <c>never</c>; also for verification's cookie. Default <c>auto</c>.</param>
internal sealed record RecoveryOptions(
    bool Enabled,
    AnswerStyle Answers,
    int CodeLength,
    TimeSpan CodeLifetime,
    int Tries,
    TimeSpan Lock,
    TimeSpan Cooldown,
    int MaxFlowsPerAddress,
    TimeSpan VerifiedLifetime,
    IReadOnlyList<string> AllowedOrigins,
    bool? SecureCookie)
{
    public const string Section = "recovery";

    /// <summary>
    /// <c>recovery.mail_spread</c>: a mail starts at a random moment within this time after the answer, where answers are uniform.
    /// 0s to 10s; default 1s. Making and sending a mail is work that slows the next answers down, and nobody's mail is no work.
    /// </summary>
    public TimeSpan MailSpread { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary><c>recovery.notice</c>: mail the owner after a reset that the app took: when, from where coarsely, and what to do if it was somebody else. Default true.</summary>
    public bool Notice { get; init; } = true;

    /// <summary>What these numbers are to the steps.</summary>
    public ProofOptions Proof => new(Purpose.Recovery, Answers, new(CodeLifetime, Cooldown, Tries, Lock, MaxFlowsPerAddress), VerifiedLifetime) { MailSpread = MailSpread };

    public static RecoveryOptions Read(SettingsSection root)
    {
        var section = root.Section(Section);
        var code = section.Section("code");
        return new(
            section.Bool("enabled", true),
            section.Choice("answers", AnswerStyle.Uniform, ("uniform", AnswerStyle.Uniform), ("app", AnswerStyle.App)),
            code.Int("length", 8, 6, 16),
            code.Duration("ttl", TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)),
            section.Int("tries", 5, 1, 10),
            section.Duration("lock", TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(1), TimeSpan.FromHours(24)),
            section.Duration("cooldown", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
            section.Int("max_flows_per_address", 3, 1, 20),
            section.Duration("verified_ttl", TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)),
            ReadOrigins(section),
            section.Section("cookie").Choice<bool?>("secure", null, ("auto", null), ("always", true), ("never", false)))
        {
            MailSpread = section.Duration("mail_spread", TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.FromSeconds(10)),
            Notice = section.Bool("notice", true),
        };
    }

    private static IReadOnlyList<string> ReadOrigins(SettingsSection section)
    {
        var origins = section.Texts("allowed_origins");
        foreach (var origin in origins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || !uri.GetLeftPart(UriPartial.Authority).Equals(origin, StringComparison.OrdinalIgnoreCase))
            {
                section.Reject("allowed_origins", $"holds `{origin}`, which is no origin", "write scheme and host, and the port where it is not the usual one, such as https://login.example.org");
            }
        }

        return origins;
    }
}
