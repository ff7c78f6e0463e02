#pragma warning disable CS0618 // Made by hand, an exception has no command.
using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.Tests.Hosting;

public sealed class RedisTroubleTests
{
    [Theory]
    [InlineData("READONLY You can't write against a read only replica.", "this is a read-only replica, the master is elsewhere", true, true)]
    [InlineData("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "this is a read-only replica, the master is elsewhere", true, true)]
    [InlineData("LOADING Redis is loading the dataset in memory", "it is loading its data", true, false)]
    [InlineData("MISCONF Redis is configured to save RDB snapshots", "it cannot save to disk and takes no writes", true, false)]
    [InlineData("NOREPLICAS Not enough good replicas to write.", "it has too few replicas to take writes (min-replicas-to-write)", true, false)]
    [InlineData("CLUSTERDOWN Hash slot not served", "the Cluster is down", false, false)]
    [InlineData("WRONGPASS invalid username-password pair or user is disabled.", "the login was refused; check redis.username and redis.password", false, false)]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", "it refuses commands", false, false)]
    public void Words_OfARefusal_SayWhatIsWrongAndWhetherWithTheServer(string message, string words, bool isOfTheServer, bool isNoMaster)
    {
        Assert.Equal(words, RedisTrouble.Words(new RedisServerException(message)));
        Assert.Equal((isOfTheServer, isNoMaster), (RedisTrouble.IsOfTheServer(message), RedisTrouble.IsNoMaster(message)));
    }

    [Theory]
    [InlineData(ConnectionFailureType.AuthenticationFailure, "the login was refused; check redis.username and redis.password")]
    [InlineData(ConnectionFailureType.UnableToConnect, "cannot connect")]
    [InlineData(ConnectionFailureType.SocketClosed, "the connection broke")]
    [InlineData(ConnectionFailureType.ProtocolFailure, "the connection failed (ProtocolFailure)")]
    public void Words_OfAConnection_NameNoKey(ConnectionFailureType failure, string words) =>
        Assert.Equal(words, RedisTrouble.Words(new RedisConnectionException(failure, "EVAL sidecar:{somebody}:flow")));

    [Fact]
    public void Words_OfSomethingElse_AreNotItsText()
    {
        Assert.Equal("no answer in time", RedisTrouble.Words(new TimeoutException("GET sidecar:{somebody}")));
        Assert.Equal("InvalidOperationException", RedisTrouble.Words(new InvalidOperationException("sidecar:{somebody}")));
    }
}
