namespace Sidecar.Hosting;

/// <summary>The arguments: a command, and the flags that hold everywhere.</summary>
/// <param name="Command"><c>run</c> when none is named.</param>
/// <param name="Directory"><c>--config DIR</c>; default what SIDECAR_CONFIG names, else <c>./conf</c>.</param>
/// <param name="Sets"><c>--set section.key=value</c>, repeatable.</param>
/// <param name="Error">What is wrong with the arguments; empty when nothing is.</param>
internal sealed record CommandLine(string Command, string Directory, IReadOnlyList<string> Sets, string Error)
{
    /// <summary>
    /// Names the folder for every command of a container at once: an image's HEALTHCHECK and whoever runs a command in a pod know
    /// nothing of the arguments that the server was started with.
    /// </summary>
    public const string DirectoryVariable = "SIDECAR_CONFIG";

    private static readonly string[] WithOperand = ["render"];

    /// <summary>The flags that only one command takes, and whether a value follows.</summary>
    private static readonly (string Command, string Flag, bool HasValue)[] Own =
    [
        ("check", "--json", false),
        ("check", "--transcript", false),
        ("check", "--send-to", true),
        ("render", "--lang", true),
        ("render", "--out", true),
    ];

    /// <summary>What the command is about, such as the mail to <c>render</c>; empty when nothing was named.</summary>
    public string Operand { get; private init; } = "";

    /// <summary>The command's own flags that are there, each with its value, empty where it takes none.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; private init; } = new Dictionary<string, string>();

    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var command = "";
        var directory = Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } named ? named : "conf";
        var operand = "";
        var sets = new List<string>();
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            var (flag, inline) = args[i].StartsWith("--", StringComparison.Ordinal) && args[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
                ? (args[i][..equals], args[i][(equals + 1)..])
                : (args[i], null);
            if (Array.Find(Own, own => own.Command == command && own.Flag == flag) is { Flag: not null } own && (own.HasValue || inline is null))
            {
                if (own.HasValue && inline is null && i + 1 == args.Count)
                {
                    return new("", directory, sets, $"{flag} needs a value");
                }

                flags[flag] = own.HasValue ? inline ?? args[++i] : "";
                continue;
            }

            switch (flag)
            {
                case "--config" or "--set" when inline is null && i + 1 == args.Count:
                    return new("", directory, sets, $"{flag} needs a value");
                case "--config":
                    directory = inline ?? args[++i];
                    break;
                case "--set":
                    sets.Add(inline ?? args[++i]);
                    break;
                case "--version" or "--help" or "-h" when command.Length == 0:
                    command = flag;
                    break;
                case var word when !word.StartsWith('-') && operand.Length == 0 && WithOperand.Contains(command):
                    operand = word;
                    break;
                case var word when word.StartsWith('-') || command.Length > 0:
                    return new("", directory, sets, $"`{word}` is not an argument");
                default:
                    command = flag;
                    break;
            }
        }

        return new(command.Length == 0 ? "run" : command, directory, sets, "") { Operand = operand, Flags = flags };
    }
}
