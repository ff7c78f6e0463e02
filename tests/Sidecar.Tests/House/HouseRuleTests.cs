using System.Runtime.CompilerServices;

namespace Sidecar.Tests.House;

public sealed class HouseRuleTests
{
    private const int LongestFile = 300;

    /// <summary>All but the entry point, which the web SDK makes public.</summary>
    [Fact]
    public void Types_OfTheBinary_AreInternal() =>
        Assert.Empty(typeof(SidecarOptions).Assembly.GetTypes().Where(static type => type.IsPublic && type.FullName != "Program" && !type.IsDefined(typeof(CompilerGeneratedAttribute), false)).Select(static type => type.FullName));

    [Fact]
    public void Files_OfTheBinary_AreAtMostThreeHundredLines() =>
        Assert.Empty(SourceTree.Files.Where(static file => file.Text.Count(static letter => letter == '\n') > LongestFile).Select(static file => file.Path));

    [Theory]
    [InlineData("DateTime.Now")]
    [InlineData("DateTime.UtcNow")]
    [InlineData("DateTimeOffset.Now")]
    [InlineData("DateTimeOffset.UtcNow")]
    [InlineData("new Random(")]
    [InlineData("Random.Shared")]
    [InlineData("#pragma warning disable RS0030")]
    public void Sources_ClockAndChance_ComeFromTheRightPlace(string banned) =>
        Assert.Empty(SourceTree.Files.Where(file => file.Text.Contains(banned, StringComparison.Ordinal)).Select(static file => file.Path));

    [Theory]
    [InlineData("Manager")]
    [InlineData("Helper")]
    [InlineData("Helpers")]
    [InlineData("Util")]
    [InlineData("Utils")]
    public void Types_Names_SayWhatTheyAre(string ending) =>
        Assert.Empty(typeof(SidecarOptions).Assembly.GetTypes().Where(type => type.Name.EndsWith(ending, StringComparison.Ordinal)).Select(static type => type.FullName));

    [Fact]
    public void SourceTree_Files_AreThere() => Assert.Contains(SourceTree.Files, static file => file.Path == "Upstream/PathGuard.cs");

    [Fact]
    public void Secrets_Compared_AreComparedInConstantTime() =>
        Assert.Contains("CryptographicOperations.FixedTimeEquals(", SourceTree.Files.Single(static file => file.Path == "Otp/CodeHasher.cs").Text, StringComparison.Ordinal);
}
