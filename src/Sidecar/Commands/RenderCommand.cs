using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Recovery;

namespace Sidecar.Commands;

/// <summary>
/// Shows a mail as it would go out, before somebody gets one: subject and text here, the HTML in a file for a browser. Needs
/// no relay; what the settings leave open is filled with samples.
/// </summary>
internal static class RenderCommand
{
    public static int Run(CommandLine arguments)
    {
        var options = SidecarOptions.Read(arguments, Environment.GetEnvironmentVariables());
        var templates = options.Templates;
        var faults = options.Faults.Where(static fault => fault.Key == TemplateReader.Key || fault.Key == "mail.language").ToArray();
        foreach (var fault in faults)
        {
            Console.Error.WriteLine(fault);
        }

        if (faults.Any(static fault => !fault.IsHarmless))
        {
            return ExitCode.Configuration;
        }

        if (!options.Verification.Enabled && SidecarOptions.Mails(verification: true).Any(rule => rule.IsUsed && rule.Name == arguments.Operand) && !templates.Names.Contains(arguments.Operand))
        {
            return Wrong($"the mail `{arguments.Operand}` is written only where verification.enabled is true (--set verification.enabled=true shows it)", "Mails", templates.Names);
        }

        if (arguments.Operand == RecoveryMail.ChannelTemplate.Name && !templates.Names.Contains(arguments.Operand))
        {
            return Wrong($"the mail `{arguments.Operand}` is written only where accounts.kind is sql (--set accounts.kind=sql shows it)", "Mails", templates.Names);
        }

        if (!templates.Names.Contains(arguments.Operand))
        {
            return Wrong(arguments.Operand.Length == 0 ? "render needs the name of a mail" : $"there is no mail `{arguments.Operand}`", "Mails", templates.Names);
        }

        var wanted = arguments.Flags.GetValueOrDefault("--lang", options.Mail.Language);
        if (!templates.Speaks(wanted) && LanguageTag.Lookup([wanted], templates.Languages) is null)
        {
            return Wrong($"there is no language `{wanted}`", "Languages", templates.Languages);
        }

        var message = templates.Render(Sample(arguments.Operand, wanted, options));
        return arguments.Flags.TryGetValue("--out", out var file) ? Write(message, file) : Show(message);
    }

    /// <summary>What mails say in the place of a real request.</summary>
    private static Letter Sample(string template, string language, SidecarOptions options)
    {
        var model = new Dictionary<string, object?>
        {
            ["code"] = TemplateRule.Sample,
            ["ttl_min"] = $"{(int)options.Recovery.CodeLifetime.TotalMinutes}",
            ["requested_at"] = "2026-11-22 20:15 UTC",
            ["login_channel"] = "github",
            ["requested_from"] = "Firefox, Windows, 203.0.113.0/24",
        };
        var shared = options.Mail.SharedModel(options.Smtp);
        foreach (var (name, sample) in new[] { ("app_name", "RAGFlow"), ("frontend_url", "https://ragflow.example.org") })
        {
            if (shared[name] is "")
            {
                model[name] = sample;
            }
        }

        return new("alice@example.com", template, language, model);
    }

    private static int Show(Message message)
    {
        Console.Out.WriteLine($"Subject: {message.Subject}");
        Console.Out.WriteLine();
        Console.Out.WriteLine(message.Text.TrimEnd());
        return ExitCode.Ok;
    }

    private static int Write(Message message, string file)
    {
        try
        {
            File.WriteAllText(file, message.Html);
            Console.Out.WriteLine($"{file}: {message.Subject}");
            return ExitCode.Ok;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"sidecar: {file} cannot be written: {error.Message}");
            return ExitCode.Usage;
        }
    }

    private static int Wrong(string problem, string kind, IEnumerable<string> choices)
    {
        Console.Error.WriteLine($"sidecar: {problem}. {kind}: {string.Join(", ", choices)}.");
        return ExitCode.Usage;
    }
}
