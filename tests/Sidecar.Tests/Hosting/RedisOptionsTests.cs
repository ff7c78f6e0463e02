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

    [Fact]
    public void Read_Sentinel_CountsInThePlaceOfTheHost()
    {
        var options = Read(out var faults, ("redis.host", "ragflows"), ("redis.sentinel.hosts", "a:7000,b"), ("redis.sentinel.master", "mymaster"), ("redis.sentinel.password", "geheim"), ("redis.wait_replicas", "1"));

        Assert.Empty(faults);
        Assert.Equal(["a:7000", "b:26379"], options.Sentinel!.Hosts.Select(RedisHost.Words));
        Assert.Equal(("mymaster", "geheim", 1, 1), (options.Sentinel.Master, options.Sentinel.Password, options.Database, options.WaitReplicas));
        Assert.Equal("mymaster/1 by Sentinel", options.Place);
    }

    [Fact]
    public void Read_Cluster_HasDatabaseZeroWhateverIsWritten()
    {
        var options = Read(out var faults, ("redis.host", "ragflows"), ("redis.db", "1"), ("redis.cluster.hosts", "a:7000,10.0.0.7"));

        Assert.Empty(faults);
        Assert.Equal((0, true, "the Cluster of a:7000"), (options.Database, options.IsCluster, options.Place));
        Assert.Equal(["a:7000", "10.0.0.7:6379"], options.Nodes.Select(RedisHost.Words));
    }

    [Theory]
    [InlineData("redis.host", "a", "b")]
    [InlineData("redis.cluster.hosts", "a:7000,10.0.0.7", "a:7000,10.0.0.8")]
    [InlineData("redis.sentinel.hosts", "a:7000,10.0.0.7", "a:7000")]
    public void Read_Twice_IsEqualWhereTheSameIsWritten(string key, string hosts, string others)
    {
        (string, string)[] rest = key.Contains("sentinel", StringComparison.Ordinal) ? [("redis.sentinel.master", "m")] : [];

        Assert.Equal(Read(out _, [(key, hosts), .. rest]), Read(out _, [(key, hosts), .. rest]));
        Assert.NotEqual(Read(out _, [(key, hosts), .. rest]), Read(out _, [(key, others), .. rest]));
    }

    [Theory]
    [InlineData("redis.sentinel.master", "redis.sentinel.hosts", "mymaster")]
    [InlineData("redis.sentinel.hosts", "redis.sentinel.master", "a:7000")]
    [InlineData("redis.cluster.hosts", "redis.cluster.hosts", "a:port")]
    [InlineData("redis.certificate", "redis.certificate", "/nowhere/redis.pem")]
    [InlineData("redis.wait_replicas", "redis.wait_replicas", "6")]
    public void Read_WhatIsNotWholeOrWrong_IsAFault(string written, string key, string value)
    {
        Read(out var faults, (written, value));

        Assert.Equal(key, Assert.Single(faults).Key);
    }

    [Fact]
    public void Read_SentinelAndCluster_IsAFault()
    {
        Read(out var faults, ("redis.sentinel.hosts", "a"), ("redis.sentinel.master", "m"), ("redis.cluster.hosts", "b"));

        Assert.Equal("redis.cluster.hosts", Assert.Single(faults).Key);
    }

    private static RedisOptions Read(out List<Fault> faults, params (string Key, string Value)[] settings)
    {
        var root = TestSettings.Of(settings);
        var options = RedisOptions.Read(root.Section("redis"));
        faults = root.Faults;
        return options;
    }
}
