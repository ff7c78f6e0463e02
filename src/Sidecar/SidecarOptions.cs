using System.Collections;
using System.Net;
using Sidecar.Accounts;
using Sidecar.Assertions;
using Sidecar.Captcha;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Pages;
using Sidecar.Recovery;
using Sidecar.Throttling;
using Sidecar.Upstream;
using Sidecar.Verification;

namespace Sidecar;

/// <summary>Everything the configuration says, read in one pass, with everything that is wrong with it.</summary>
internal sealed class SidecarOptions
{
    private readonly Func<SidecarOptions> _reread;

    private SidecarOptions(SettingsSection root, string directory, IDictionary environment, bool isDevelopment, bool handsOver, Func<SidecarOptions> reread)
    {
        _reread = reread;
        Reading = root.Reading;
        IsDevelopment = isDevelopment;
        Faults = root.Faults;
        Listeners = ListenerOptions.Read(root, directory);
        Management = ManagementOptions.Read(root, Listeners);
        Shutdown = ShutdownOptions.Read(root);
        Forward = ForwardOptions.Read(root);
        ClientAddress = ClientAddressOptions.Read(root);
        Telemetry = TelemetryOptions.Read(root, environment);
        Contracts = ReadContracts(root);
        AsksApp = root.Section("app").Bool("probe", true);
        Recovery = RecoveryOptions.Read(root);
        Verification = VerificationOptions.Read(root, Recovery.Proof, Recovery.CodeLength);
        Pages = PagesOptions.Read(root);
        Generic = GenericOptions.Read(root);
        Assertion = AssertionOptions.Read(root, directory, OwnHeaders.DefaultAssertion);
        Captcha = CaptchaOptions.Read(root.Section("captcha"));
        Accounts = AccountsOptions.Read(root, Listeners[0].Upstream);
        Limits = LimitCatalog.Read(root.Section("limits"));
        Redis = RedisOptions.Read(root.Section("redis"));
        var handoff = root.Section("handoff").Section("redis");
        Handoff = handoff.Exists ? RedisOptions.Read(handoff) : Redis;
        Store = StoreOptions.Read(root.Section(StoreOptions.Section));
        UsesRedis = Store.UsesRedis(Redis);
        Keys = KeyRing.Read(root, required: UsesRedis && !isDevelopment);
        var mail = root.Section(MailOptions.Section);
        Smtp = SmtpOptions.Read(root.Section(SmtpOptions.Section), OAuth2Options.Read(mail.Section(OAuth2Options.Section), directory));
        Mail = MailOptions.Read(mail, directory, Smtp);
        if (!Smtp.IsConfigured && Mail.Relays.Count > 0)
        {
            (Smtp, Mail) = (Mail.Relays[0], Mail with { Relays = [.. Mail.Relays.Skip(1)] });
        }

        Templates = MailTemplates.Load(Mail.TemplateDirectory, Mails(Verification.Enabled, Accounts.Kind == AccountsKind.Sql), Mail.SharedModel(Smtp), root.Faults, Mail.Language, MailOptions.ShippedTemplates);
        root.Reading.Uses.Add(new("mail.templates", SettingKind.Content, "", Templates.Mark));
        HostedPages = HostedPagesOptions.Read(root, directory, Pages.Path, (string)Mail.SharedModel(Smtp)["app_name"]!, PossibleContracts);
        RejectWhatDoesNotFit(root, handsOver);
        root.RejectUnknownKeys();
    }

    /// <summary>What was asked for, and where it stood.</summary>
    public SettingsReading Reading { get; }

    public bool IsDevelopment { get; }

    public IReadOnlyList<Fault> Faults { get; }

    public IReadOnlyList<ListenerOptions> Listeners { get; }

    public ManagementOptions Management { get; }

    public ShutdownOptions Shutdown { get; }

    public ForwardOptions Forward { get; }

    public ClientAddressOptions ClientAddress { get; }

    public TelemetryOptions Telemetry { get; }

    /// <summary>
    /// <c>contracts</c>: the APIs that are served: <c>auto</c>, whichever RAGFlow contract the app is [found to speak](ragflow.md), or by name <c>ragflow-v1-single</c>, <c>ragflow-v1</c>, <c>ragflow-rest</c>, <c>ragflow-rest-go</c>; also <c>generic</c>, for [any app](generic.md).
    /// The recovery paths of all RAGFlow releases are guarded anyhow. Default <c>[auto]</c>.
    /// </summary>
    public IReadOnlyList<string> Contracts { get; }

    /// <summary><c>app.probe</c>: whether the app is asked which contract it speaks, with requests that mean nothing to it. Without it <c>auto</c> serves <c>ragflow-v1</c> and <c>ragflow-rest</c>. Default <c>true</c>.</summary>
    public bool AsksApp { get; }

    /// <summary>Every contract that may come to be served.</summary>
    public IReadOnlyList<string> PossibleContracts => MountedContracts.Possible(Contracts);

    /// <summary>Whether somebody looks what the app speaks: of an app without a RAGFlow contract there is nothing to find out.</summary>
    public bool ProbesContract => AsksApp && NeedsHandoff;

    public RecoveryOptions Recovery { get; }

    public VerificationOptions Verification { get; }

    public PagesOptions Pages { get; }

    public GenericOptions Generic { get; }

    public AssertionOptions Assertion { get; }

    public CaptchaOptions Captcha { get; }

    public AccountsOptions Accounts { get; }

    public LimitCatalog Limits { get; }

    public RedisOptions Redis { get; }

    /// <summary><c>handoff.redis</c>: the app's own Redis where our state lives elsewhere. Default: <c>redis</c>.</summary>
    public RedisOptions Handoff { get; }

    public StoreOptions Store { get; }

    public bool UsesRedis { get; }

    public KeyRing Keys { get; }

    /// <summary>The first relay: <c>smtp</c>, or where there is none the first of <c>mail.relays</c>.</summary>
    public SmtpOptions Smtp { get; }

    public MailOptions Mail { get; }

    public MailTemplates Templates { get; }

    public HostedPagesOptions HostedPages { get; }

    /// <summary>The faults that keep the app from being served.</summary>
    public IEnumerable<Fault> FatalFaults => Faults.Where(static fault => fault.IsFatal);

    /// <summary>Why recovery is off; empty when it is on.</summary>
    public string RecoveryOffReason => Recovery.Enabled ? FlowFaults : "recovery.enabled is false";

    /// <summary>Why verification is off; empty when it is on.</summary>
    public string VerificationOffReason => Verification.Enabled ? FlowFaults : "verification.enabled is false";

    /// <summary>Whether a contract hands resets over through the app's own Redis.</summary>
    public bool NeedsHandoff => !IsGeneric || PossibleContracts.Any(RagflowRoutes.Contracts.Contains);

    private bool IsGeneric => Contracts.Contains(GenericRoutes.Contract);

    /// <summary>Whether no flow runs, so that nothing of them is needed.</summary>
    public bool FlowsAreOff => RecoveryOffReason.Length > 0 && VerificationOffReason.Length > 0;

    private string FlowFaults => string.Join("; ", Faults.Where(static fault => !fault.IsHarmless).Select(static fault => fault.ToString()));

    /// <param name="arguments">The command line, whose settings stand above all others.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="handsOver">Whether the host brings its own hand-over to the app, so that none need be configured.</param>
    public static SidecarOptions Read(CommandLine arguments, IDictionary environment, bool handsOver = false)
    {
        var root = SettingsLoader.Load(arguments.Directory, arguments.Sets, environment);
        var name = environment["DOTNET_ENVIRONMENT"] as string ?? environment["ASPNETCORE_ENVIRONMENT"] as string;
        return new(
            root, arguments.Directory, environment, string.Equals(name, "Development", StringComparison.OrdinalIgnoreCase), handsOver, () => Read(arguments, environment, handsOver));
    }

    /// <summary>The same sources as they are now; those of the process itself, flags and environment, cannot have changed.</summary>
    public SidecarOptions Reread() => _reread();

    /// <summary>The mails there are.</summary>
    /// <param name="verification">Whether addresses are verified.</param>
    /// <param name="channels">Whether the look-up knows who signs in without a password.</param>
    public static IReadOnlyList<TemplateRule> Mails(bool verification, bool channels = false) =>
        [RecoveryMail.Template, RecoveryMail.ChannelTemplate with { IsUsed = channels }, NoticeMail.Template, VerificationMail.CodeTemplate with { IsUsed = verification }, VerificationMail.ExistsTemplate with { IsUsed = verification }];

    private static IReadOnlyList<string> ReadContracts(SettingsSection root)
    {
        var contracts = root.Texts("contracts", [MountedContracts.Auto]);
        string[] known = [MountedContracts.Auto, .. RagflowRoutes.Contracts, GenericRoutes.Contract];
        foreach (var contract in contracts.Where(contract => !known.Contains(contract)))
        {
            root.Reject("contracts", $"holds `{contract}`, which is no contract", $"write any of {string.Join(", ", known)}");
        }

        if (contracts.Contains(MountedContracts.Auto) && contracts.FirstOrDefault(RagflowRoutes.Contracts.Contains) is { } named)
        {
            root.Reject("contracts", $"holds both auto and `{named}`", "write auto to serve what the app is found to speak, or the names alone to serve these whatever it speaks");
        }

        if (RagflowRoutes.Clash(contracts) is var (one, other))
        {
            root.Reject("contracts", $"names {one} and {other}, which answer the same paths in different ways", $"keep the one that the app speaks, {other} where its backend is the Go one (API_PROXY_SCHEME=go), or write auto");
        }

        return contracts;
    }

    /// <summary>What the generic contract, or assertions without it, cannot do without.</summary>
    private void RejectGeneric(SettingsSection root)
    {
        var gate = root.Section(VerificationOptions.Section).Section("gate");
        // Only where none is written: one that is wrong has its own fault.
        if (!root.Section(AssertionOptions.Section).Has("keys") && (IsGeneric || Verification.AssertOn.Count > 0))
        {
            root.Section(AssertionOptions.Section).Reject(
                "keys",
                IsGeneric ? "is missing, and the generic contract tells the app by signed assertions" : "is missing, and `verification.assert.paths` tells the app by signed assertions",
                "make one with `openssl ecparam -name prime256v1 -genkey -noout -out assertion.pem`, and name it in assertion.keys[0].id and .file");
        }

        if (IsGeneric && !NeedsHandoff && !root.Section(AccountsOptions.Section).Has("kind"))
        {
            root.Section(AccountsOptions.Section).Mind("kind", "is probe by default, which asks RAGFlow's login, and `contracts` names no RAGFlow", "set accounts.kind to http, or to any");
        }

        if (IsGeneric && !NeedsHandoff && Verification.Gate is { Enabled: true, Paths.Count: 0 })
        {
            gate.Reject("enabled", "is true, and `verification.gate.paths` names no sign-up", "write the app's own sign-up into verification.gate.paths, such as /api/users");
        }

        if (!IsGeneric && Verification.Gate.Paths.Count > 0)
        {
            gate.Mind("paths", "is for the generic contract, which is not in `contracts`", "add generic to contracts, or remove the paths; RAGFlow's own sign-ups are known");
        }

        foreach (var path in Verification.Gate.Paths.Where(GenericRoutes.IsOwn))
        {
            gate.Reject("paths", $"holds `{path}`, which is a path of the flow itself", "write the app's own sign-up, such as /api/users");
        }
    }

    private void RejectWhatDoesNotFit(SettingsSection root, bool handsOver)
    {
        if (Store.Kind == StoreKind.Redis && !Redis.IsConfigured)
        {
            root.Section("redis").Reject("host", "is missing, and `store.kind` is redis", "write the host and port of Redis, such as redis:6379");
        }

        if (Captcha.FixedAnswer is not null && !(IsDevelopment && Listeners.All(static listener => listener.Address is { } address && IPAddress.IsLoopback(address))))
        {
            root.Section("captcha").Reject("fixed_answer", "is only for Development on loopback listeners", "remove it, or set DOTNET_ENVIRONMENT=Development and listeners[].address to 127.0.0.1", secret: true);
        }

        if (root.Faults.All(static fault => fault.Key != TemplateReader.Key || fault.IsHarmless) && !Templates.Speaks(Mail.Language))
        {
            root.Section(MailOptions.Section).Reject("language", "is no language that every mail is there in", $"write one of {string.Join(", ", Templates.Languages)}, or add a folder with its name to the templates");
        }

        if (!Smtp.IsConfigured)
        {
            root.Section(SmtpOptions.Section).Mind("mail_server", "is missing, so no code can be mailed", "write the relay's name, such as smtp.gmail.com");
        }

        if (UsesRedis && root.IsEncrypted("redis"))
        {
            root.Section("redis").Reject("password", "is encrypted, as `encrypt_password` in the app's file says, and only the app can undo that", "write it in clear into redis.password of sidecar.yaml, or name a file with it in redis.password_file", secret: true);
        }

        RejectGeneric(root);
        if (Handoff.IsCluster && NeedsHandoff && !handsOver)
        {
            root.Section("handoff").Section("redis").Reject("host", "is missing or a Cluster, and RAGFlow speaks to a single Redis", "write the app's Redis, such as redis:6379");
        }

        if (!Handoff.IsConfigured && NeedsHandoff && !handsOver)
        {
            root.Section("redis").Mind("host", "is missing, so no reset can be handed to the app", "write the app's Redis, such as redis:6379, here or in handoff.redis");
        }
    }
}
