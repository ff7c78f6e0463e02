using System.Reflection;
using Sidecar.Hosting;

namespace Sidecar.Commands;

/// <summary>What the binary says about itself.</summary>
internal static class UsageCommand
{
    private const string Text = """
        sidecar - account recovery in front of an app nobody wants to change

        Usage: sidecar [COMMAND] [--config DIR] [--set section.key=value]...

        Commands:
          run            serve (default)
          check-config   read the configuration and report everything that is wrong with it
          check          try it all: app, Redis, relay (name, TLS, login, sender); says what to change
            --send-to ADDRESS   also send a real test mail
            --transcript        also show the dialogue with the relay, without secrets
            --json              one JSON document instead of the list
          render MAIL    show a mail with sample values: subject and text, or the HTML in a file
                         [--lang LANGUAGE] [--out FILE]
          keygen         print fresh secrets for `keys` and `pepper`
          health         ask the local /readyz; exit 0 when ready (for HEALTHCHECK)

        Flags:
          --config DIR             folder with sidecar.yaml and service_conf.yaml (default $SIDECAR_CONFIG, else ./conf)
          --set section.key=value  set one value, above files and environment; repeatable
          --version                print the version

        Environment: SIDECAR__SECTION__KEY=value sets section.key.
        Exit codes: 0 ok, 1 check failed, 2 usage, 78 configuration.
        """;

    public static int Help()
    {
        Console.Out.WriteLine(Text);
        return ExitCode.Ok;
    }

    public static int Version()
    {
        var version = typeof(UsageCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        Console.Out.WriteLine($"sidecar {version}");
        return ExitCode.Ok;
    }

    public static int Wrong(CommandLine arguments)
    {
        Console.Error.WriteLine(arguments.Error.Length > 0 ? $"sidecar: {arguments.Error}." : $"sidecar: `{arguments.Command}` is not a command.");
        Console.Error.WriteLine(Text);
        return ExitCode.Usage;
    }
}
