using System.Text.RegularExpressions;
using Sidecar.Doctor;
using Sidecar.Tests.House;

namespace Sidecar.Tests.Doctor;

/// <summary>The doctor tries what the scripts call: a command that a script begins to use must be tried too.</summary>
public sealed partial class RedisRightsTests
{
    [Fact]
    public void State_Calls_AreThoseOfTheScripts()
    {
        var scripts = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src", "Sidecar"), "*.lua", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal));
        var called = scripts.SelectMany(static file => Call().Matches(File.ReadAllText(file))).Select(static match => match.Groups[1].Value).Distinct().ToArray();

        Assert.Contains("HSET", called);
        Assert.Empty(called.Except(RedisRights.State.Calls.Select(static call => call.Command)));
    }

    [Fact]
    public void Handoff_Calls_AreThoseOfItsScript()
    {
        var source = SourceTree.Files.Single(static file => file.Path == "Upstream/RedisHandoff.cs").Text;

        Assert.Empty(Call().Matches(source).Select(static match => match.Groups[1].Value).Except(RedisRights.Handoff.Calls.Select(static call => call.Command)));
    }

    [GeneratedRegex(@"redis\.p?call\('([A-Z]+)'")]
    private static partial Regex Call();
}
