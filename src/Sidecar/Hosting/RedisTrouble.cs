using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>What is wrong with a Redis, told from how a command failed.</summary>
internal static class RedisTrouble
{
    private const string LoginRefused = "the login was refused; check redis.username and redis.password";

    /// <summary>For operators; names no key.</summary>
    public static string Words(Exception exception) => exception switch
    {
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => LoginRefused,
        RedisConnectionException connection => Words(connection.FailureType),
        RedisServerException refusal => Words(refusal.Message),
        TimeoutException => "no answer in time",
        StoreUnavailableException => exception.Message,
        _ => exception.GetType().Name,
    };

    /// <summary>Whether the server serves nobody for now, rather than this command.</summary>
    public static bool IsOfTheServer(string message) => Code(message) is "READONLY" or "MASTERDOWN" or "LOADING" or "MISCONF" or "NOREPLICAS";

    /// <summary>Whether it is the wrong server.</summary>
    public static bool IsNoMaster(string message) => Code(message) is "READONLY" or "MASTERDOWN";

    private static string Words(string message) => Code(message) switch
    {
        "READONLY" or "MASTERDOWN" => "this is a read-only replica, the master is elsewhere",
        "LOADING" => "it is loading its data",
        "MISCONF" => "it cannot save to disk and takes no writes",
        "NOREPLICAS" => "it has too few replicas to take writes (min-replicas-to-write)",
        "WRONGPASS" or "NOAUTH" => LoginRefused,
        "CLUSTERDOWN" => "the Cluster is down",
        _ => "it refuses commands",
    };

    private static string Code(string message) => message.Split(' ', 2)[0];

    private static string Words(ConnectionFailureType failure) => failure switch
    {
        ConnectionFailureType.UnableToConnect or ConnectionFailureType.UnableToResolvePhysicalConnection => "cannot connect",
        ConnectionFailureType.SocketClosed or ConnectionFailureType.SocketFailure => "the connection broke",
        _ => $"the connection failed ({failure})",
    };
}
