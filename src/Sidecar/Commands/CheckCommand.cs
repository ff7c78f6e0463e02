using System.Runtime.InteropServices;
using System.Text;
using Sidecar.Accounts;
using Sidecar.Contracts;
using Sidecar.Doctor;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Upstream;

namespace Sidecar.Commands;

/// <summary>
/// Tries what the configuration says, from the names to a real mail. A fault that keeps the process from starting ends it at
/// once; with any other fault the rest is still looked at, and the exit code tells of the fault.
/// </summary>
internal static class CheckCommand
{
    public static async Task<int> RunAsync(CommandLine arguments)
    {
        var recipient = arguments.Flags.GetValueOrDefault("--send-to");
        if (recipient is not null && !MailboxRule.Accepts(recipient))
        {
            return UsageCommand.Wrong(arguments with { Error = "--send-to needs a plain e-mail address" });
        }

        var options = SidecarOptions.Read(arguments, Environment.GetEnvironmentVariables());
        var isJson = arguments.Flags.ContainsKey("--json");
        if (isJson || options.FatalFaults.Any())
        {
            foreach (var fault in options.Faults)
            {
                Console.Error.WriteLine(fault);
            }
        }

        if (options.FatalFaults.Any() && !isJson)
        {
            return ExitCode.Configuration;
        }

        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, interrupted));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, interrupted));
        return await RunAsync(arguments, options, recipient, isJson, interrupted.Token);
    }

    private static async Task<int> RunAsync(CommandLine arguments, SidecarOptions options, string? recipient, bool isJson, CancellationToken interrupted)
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        var isTerminal = !Console.IsOutputRedirected;
        var text = new TextReport(output, isPlain: Console.OutputEncoding.CodePage != Encoding.UTF8.CodePage, isColoured: isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
        var sheet = new CheckSheet(TimeProvider.System, isJson ? static _ => { } : text.Tell);
        using var app = new UpstreamClient(options.Forward, options.Listeners, new UpstreamTracing(false));
        var patient = Describe(options, app.Invoker, recipient);
        var examination = new Examination(patient, sheet);
        if (options.FatalFaults.Any())
        {
            new SettingsChecks(patient, sheet).Run();
        }
        else
        {
            await examination.RunAsync(interrupted);
        }

        var transcripts = arguments.Flags.ContainsKey("--transcript") ? examination.Transcripts : null;
        if (isJson)
        {
            await output.WriteLineAsync(JsonReport.Write(sheet.Results, sheet.Worst, transcripts));
        }
        else
        {
            text.Close(sheet.Results, transcripts ?? []);
        }

        return options.Faults.Count > 0 ? ExitCode.Configuration : sheet.Worst == CheckStatus.Failed ? ExitCode.CheckFailed : ExitCode.Ok;
    }

    private static Patient Describe(SidecarOptions options, HttpMessageInvoker app, string? recipient) => new()
    {
        Faults = options.Faults,
        IsRecoveryOff = !options.Recovery.Enabled,
        Listeners = options.Listeners,
        App = app,
        AppTimeout = options.Forward.ConnectTimeout,
        Served = found => MountedContracts.ServedFor(options.Contracts, options.AsksApp ? found : []),
        MayNotAsk = !options.AsksApp && options.Contracts.Contains(MountedContracts.Auto),
        Mountable = RagflowRoutes.Contracts,
        InTheWayOf = contract => options.Contracts.FirstOrDefault(mounted => RagflowRoutes.Clash([mounted, contract]) is not null),
        ResetPath = options.Contracts.Contains(GenericRoutes.Contract) ? options.Generic.ResetPath : null,
        NeedsHandoff = options.NeedsHandoff,
        HandsOverCodes = static served => served.Contains(RagflowRoutes.V1Single),
        Accounts = IAccountLookup.Of(options.Accounts, app),
        AccountsAskTheApp = options.Accounts.Kind != AccountsKind.Sql,
        AccountsTimeout = options.Accounts.Timeout,
        UsesRedis = options.UsesRedis,
        Redis = options.Redis,
        Handoff = options.Handoff,
        KeysAreMadeUp = options.Keys.IsMadeUp,
        Relays = [options.Smtp, .. options.Mail.Relays],
        Mail = options.Mail,
        SendTo = recipient,
    };

    private static void End(PosixSignalContext context, CancellationTokenSource interrupted)
    {
        // The list is still closed with what was found.
        context.Cancel = true;
        interrupted.Cancel();
    }
}
