using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "run", "conf", "")]
    [InlineData("check-config", "check-config", "conf", "")]
    [InlineData("--config /etc/s", "run", "/etc/s", "")]
    [InlineData("run --config=/etc/s --set a.b=1", "run", "/etc/s", "a.b=1")]
    [InlineData("--set a=1 health --set b=2=3", "health", "conf", "a=1,b=2=3")]
    [InlineData("--set=a=1", "run", "conf", "a=1")]
    [InlineData("--version", "--version", "conf", "")]
    [InlineData("-h", "-h", "conf", "")]
    public void Parse_Arguments_AreRead(string line, string command, string directory, string sets)
    {
        var parsed = Parse(line);

        Assert.Equal((command, directory, sets, ""), (parsed.Command, parsed.Directory, string.Join(',', parsed.Sets), parsed.Error));
    }

    [Theory]
    [InlineData("--config", "--config needs a value")]
    [InlineData("run --set", "--set needs a value")]
    [InlineData("run --verbose", "`--verbose` is not an argument")]
    [InlineData("run check", "`check` is not an argument")]
    [InlineData("check --send-to", "--send-to needs a value")]
    [InlineData("run --json", "`--json` is not an argument")]
    [InlineData("check --json=yes", "`--json` is not an argument")]
    public void Parse_Wrong_SaysWhatAndRunsNothing(string line, string error)
    {
        var parsed = Parse(line);

        Assert.Equal(("", error), (parsed.Command, parsed.Error));
    }

    private static CommandLine Parse(string line) => CommandLine.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void Parse_FlagsOfACommand_AreItsOwn()
    {
        var parsed = CommandLine.Parse(["check", "--json", "--send-to", "a@b.io", "--config", "/etc/s", "--transcript"]);

        Assert.Equal(("check", "/etc/s", ""), (parsed.Command, parsed.Directory, parsed.Error));
        Assert.Equal(["--json", "--send-to", "--transcript"], parsed.Flags.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("a@b.io", parsed.Flags["--send-to"]);
    }
}
