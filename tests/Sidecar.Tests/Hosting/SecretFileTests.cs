namespace Sidecar.Tests.Hosting;

/// <summary>Secrets that a file holds: the twin key with <c>_file</c> behind its name.</summary>
public sealed class SecretFileTests : IDisposable
{
    private readonly SettingsFolder _folder = new SettingsFolder().File("secret", "from-file\n");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("from-file\n", "from-file")]
    [InlineData("from-file\r\n", "from-file")]
    [InlineData("from-file\n\n", "from-file\n")]
    [InlineData(" from-file ", " from-file ")]
    public void Secret_File_IsItsContentWithoutTheLastLinesEnd(string content, string expected) =>
        Assert.Equal(expected, _folder.File("secret", content).Own("redis: { password_file: secret }\n").Load().Section("redis").Secret("password"));

    [Fact]
    public void Secret_BothInOnePlace_IsAFault()
    {
        var root = _folder.Own("redis: { password: written, password_file: secret }\n").Load();

        Assert.Equal("written", root.Section("redis").Secret("password"));
        var fault = Assert.Single(root.Faults);
        Assert.Equal(("redis.password_file", "and `password` are both given"), (fault.Key, fault.Problem));
    }

    [Fact]
    public void Secret_FileInAStrongerPlace_Holds() =>
        Assert.Equal("from-file", Quiet(_folder.App("redis: { password: the-apps }\n").Own("redis: { password_file: secret }\n")));

    [Fact]
    public void Secret_ValueInAStrongerPlace_Holds() =>
        Assert.Equal("from-environment", Quiet(_folder.Own("redis: { password_file: secret }\n").Environment("SIDECAR__REDIS__PASSWORD", "from-environment")));

    [Fact]
    public void Secret_FileNamedByTheEnvironment_Holds() =>
        Assert.Equal("from-file", Quiet(_folder.Own("redis: { password: written }\n").Environment("SIDECAR__REDIS__PASSWORD_FILE", Path.Combine(_folder.Path, "secret"))));

    [Theory]
    [InlineData("missing", "cannot be read")]
    [InlineData("empty", "names a file that is empty, or far too long for a secret")]
    public void Secret_FileOfNoUse_IsAFault(string name, string problem)
    {
        var root = _folder.File("empty", "\n").Own($"redis: {{ password_file: {name} }}\n").Load();

        Assert.Equal("", root.Section("redis").Secret("password"));
        Assert.Equal(("redis.password_file", name, problem), Assert.Single(root.Faults) is var fault ? (fault.Key, fault.Value, fault.Problem) : default);
    }

    [Fact]
    public void Secret_WrongContent_IsToldWithTheFileAndWithoutTheContent()
    {
        var options = _folder.Own("pepper_file: secret\n").Read();

        var fault = Assert.Single(options.Faults, static fault => fault.Key == "pepper");
        Assert.Equal((Path.Combine(_folder.Path, "secret"), "***"), (fault.Source, fault.Value));
    }

    private static string Quiet(SettingsFolder folder)
    {
        var root = folder.Load();
        var secret = root.Section("redis").Secret("password");
        root.RejectUnknownKeys();
        Assert.Empty(root.Faults);
        return secret;
    }
}
