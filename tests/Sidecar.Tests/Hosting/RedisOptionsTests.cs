using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

public sealed class RedisOptionsTests
{
    [Theory]
    [InlineData("redis:6379", "redis", 6379)]
    [InlineData("redis", "redis", 6379)]
    [InlineData("10.0.0.5:7000", "10.0.0.5", 7000)]
    [InlineData("::1", "::1", 6379)]
    [InlineData("'[::1]:7000'", "::1", 7000)]
    public void Read_Host_MayCarryThePort(string written, string host, int port)
    {
        var options = Read(out var faults, ("redis.host", written.Trim('\'')));

        Assert.Empty(faults);
        Assert.Equal((host, port, 1, true), (options.Host, options.Port, options.Database, options.IsConfigured));
    }

    [Theory]
    [InlineData("redis:port")]
    [InlineData("redis:0")]
    [InlineData("redis:70000")]
    [InlineData("redis://redis")]
    [InlineData("re dis")]
    public void Read_BadHost_IsAFault(string written)
    {
        var options = Read(out var faults, ("redis.host", written));

        Assert.Equal("redis.host", Assert.Single(faults).Key);
        Assert.False(options.IsConfigured);
    }

    [Fact]
    public void Read_NumericPassword_IsText()
    {
        var options = Read(out var faults, ("redis.host", "redis"), ("redis.password", "1234"), ("redis.port", "7001"), ("redis.db", "3"));

        Assert.Empty(faults);
        Assert.Equal(("1234", 7001, 3), (options.Password, options.Port, options.Database));
        Assert.DoesNotContain("1234", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingAuthorityFile_IsAFault()
    {
        Read(out var faults, ("redis.host", "redis"), ("redis.tls", "true"), ("redis.ca", "/nowhere/ca.pem"));

        Assert.Equal("redis.ca", Assert.Single(faults).Key);
    }

    [Fact]
    public void Read_Nothing_IsNotConfigured() => Assert.False(Read(out _).IsConfigured);

    private static RedisOptions Read(out List<Fault> faults, params (string Key, string Value)[] settings)
    {
        var root = TestSettings.Of(settings);
        var options = RedisOptions.Read(root.Section("redis"));
        faults = root.Faults;
        return options;
    }
}
