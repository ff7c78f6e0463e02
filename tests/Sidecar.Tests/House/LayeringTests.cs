using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Sidecar.Tests.House;

/// <summary>design.md's picture of the rooms, over what the compiler made and over what the sources say.</summary>
public sealed partial class LayeringTests
{
    private static readonly Assembly Sidecar = typeof(SidecarOptions).Assembly;

    [Fact]
    public void Rooms_EveryNamespace_HasAFloor() =>
        Assert.Empty(OurTypes().Select(Rooms.Of).Where(static room => !Rooms.IsKnown(room)).Distinct());

    [Fact]
    public void Types_References_RunDownOnly()
    {
        var wrong = from type in OurTypes()
                    from known in TypeReferences.Of(type)
                    where known.Assembly == Sidecar && !IsGenerated(known) && !Rooms.MayKnow(Rooms.Of(type), Rooms.Of(known))
                    select $"{type.FullName} knows {known.FullName}";

        Assert.Empty(wrong.Distinct());
    }

    [Fact]
    public void Flows_References_AreNeitherHttpNorJsonNorRedisNorMailKit()
    {
        var wrong = from type in OurTypes()
                    from known in TypeReferences.Of(type)
                    where known.Assembly != Sidecar && !Rooms.MayKnow(Rooms.Of(type), known)
                    select $"{type.FullName} knows {known.FullName}";

        Assert.Empty(wrong.Distinct());
    }

    /// <summary>Constants and names in comments leave no trace in the compiled form.</summary>
    [Fact]
    public void Sources_NamesOfRooms_RunDownOnly()
    {
        var wrong = from file in SourceTree.Files
                    let room = Path.GetDirectoryName(file.Path)! is var folder && folder == "Commands" ? Rooms.Outside : folder
                    from Match name in RoomName().Matches(file.Text)
                    let known = name.Groups[1].Value
                    where Rooms.Names.Contains(known) && !Rooms.MayKnow(room, known)
                    select $"{file.Path} names Sidecar.{known}";

        Assert.Empty(wrong.Distinct());
    }

    [Fact]
    public void Sources_Namespaces_AreTheirFolders()
    {
        var wrong = from file in SourceTree.Files
                    let folder = Path.GetDirectoryName(file.Path)!.Replace('/', '.')
                    let expected = folder.Length == 0 ? "Sidecar" : $"Sidecar.{folder}"
                    where file.Path != "Program.cs" && !file.Text.Contains($"\nnamespace {expected};", StringComparison.Ordinal) && !file.Text.StartsWith($"namespace {expected};", StringComparison.Ordinal)
                    select file.Path;

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("Contracts", "Recovery", true)]
    [InlineData("Contracts", "Otp", true)]
    [InlineData("Recovery", "Mail", true)]
    [InlineData("Mail", "Hosting", true)]
    [InlineData("", "Otp", true)]
    [InlineData("Otp", "Mail", false)]
    [InlineData("Recovery", "Verification", false)]
    [InlineData("Recovery", "Proof", true)]
    [InlineData("Verification", "Proof", true)]
    [InlineData("Proof", "Otp", true)]
    [InlineData("Proof", "Recovery", false)]
    [InlineData("Mail", "Proof", false)]
    [InlineData("Recovery", "Contracts", false)]
    [InlineData("Contracts", "Pages", false)]
    [InlineData("Pages", "Contracts", true)]
    [InlineData("Hosting", "Otp", false)]
    [InlineData("Hosting", "", false)]
    [InlineData("Recovery", "", false)]
    public void MayKnow_Arrow_OnlyDown(string from, string to, bool allowed) => Assert.Equal(allowed, Rooms.MayKnow(from, to));

    private static IEnumerable<Type> OurTypes() => Sidecar.GetTypes().Where(static type => !type.IsNested && !IsGenerated(type));

    private static bool IsGenerated(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute), false) || type.Name.StartsWith('<') || type.Namespace?.StartsWith("Sidecar", StringComparison.Ordinal) == false || (type.Namespace is null && type.Name != "Program");

    [GeneratedRegex(@"\bSidecar\.([A-Z]\w*)")]
    private static partial Regex RoomName();
}
