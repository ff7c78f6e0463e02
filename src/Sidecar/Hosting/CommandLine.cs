namespace Sidecar.Hosting;

/// <summary>The arguments: a command, and the flags that hold everywhere.</summary>
/// <param name="Command"><c>run</c> when none is named.</param>
/// <param name="Directory"><c>--config DIR</c>; default <c>./conf</c>.</param>
/// <param name="Sets"><c>--set section.key=value</c>, repeatable.</param>
/// <param name="Error">What is wrong with the arguments; empty when nothing is.</param>
internal sealed record CommandLine(string Command, string Directory, IReadOnlyList<string> Sets, string Error)
{
    /// <summary>What else a command takes.</summary>
    private static readonly Dictionary<string, string[]> OwnFlags = new(StringComparer.Ordinal) { ["render"] = ["--lang", "--out"] };

    private static readonly string[] WithOperand = ["render"];

    /// <summary>What the command is about, such as the mail to <c>render</c>; empty when nothing was named.</summary>
    public string Operand { get; private init; } = "";

    /// <summary>The values of the command's own flags, by flag.</summary>
    public IReadOnlyDictionary<string, string> Values { get; private init; } = new Dictionary<string, string>();

    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var command = "";
        var directory = "conf";
        var operand = "";
        var sets = new List<string>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            var (flag, inline) = args[i].StartsWith("--", StringComparison.Ordinal) && args[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
                ? (args[i][..equals], args[i][(equals + 1)..])
                : (args[i], null);
            switch (flag)
            {
                case "--config" or "--set" or "--lang" or "--out" when inline is null && i + 1 == args.Count:
                    return new("", directory, sets, $"{flag} needs a value");
                case var own when OwnFlags.GetValueOrDefault(command)?.Contains(own) == true:
                    values[own] = inline ?? args[++i];
                    break;
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

        return new(command.Length == 0 ? "run" : command, directory, sets, "") { Operand = operand, Values = values };
    }
}
