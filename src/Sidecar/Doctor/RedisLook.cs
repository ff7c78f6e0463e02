using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.Doctor;

/// <summary>One connection to a Redis that says why where the serving one only says that: it dials by itself first, and does not come back.</summary>
internal sealed class RedisLook(RedisOptions options, string section) : IAsyncDisposable
{
    /// <summary>EVAL each time: the library turns to EVALSHA for a script that it knows, whose refusal would then look like that of whatever is tried.</summary>
    private const CommandFlags ByText = CommandFlags.NoScriptCache;

    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private ConnectionMultiplexer? _connection;

    public static TimeSpan ConnectLimit { get; } = TimeSpan.FromSeconds(5);

    private IDatabase Database => _connection!.GetDatabase();

    public async Task<Finding> DialAsync(CancellationToken cancellationToken)
    {
        if (options.Sentinel is not null || options.IsCluster)
        {
            return await DialAllAsync(options.Sentinel?.Hosts ?? options.Nodes, options.IsCluster ? "nodes" : "sentinels", cancellationToken);
        }

        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancellationToken);
            return Finding.Ok($"takes connections at {Place.Of(socket.RemoteEndPoint)}");
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => Finding.Fail("nothing listens there", $"start Redis, or check {section}.host"),
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => Finding.Fail($"the name {options.Host} does not resolve", $"check {section}.host; a Compose service name resolves only within its network"),
                _ => Finding.Fail("cannot be reached", $"check {section}.host and the network between"),
            };
        }
    }

    public async Task<Finding> LogInAsync(CancellationToken cancellationToken)
    {
        EndPoint? master = null;
        if (options.Sentinel is { } sentinel)
        {
            await using var sentinels = new RedisSentinels(options, sentinel, static () => { });
            master = await sentinels.MasterAsync();
            if (master is null)
            {
                return Finding.Fail($"no sentinel names a master called {sentinel.Master}", $"check {section}.sentinel.master, and .username and .password where the sentinels ask for a login");
            }
        }

        var configuration = RedisConfiguration.For(options, master);
        configuration.AbortOnConnectFail = true;
        configuration.ConnectRetry = 0;
        configuration.ConnectTimeout = (int)(ConnectLimit / 2).TotalMilliseconds;
        configuration.AsyncTimeout = configuration.ConnectTimeout;
        try
        {
            _connection = await ConnectionMultiplexer.ConnectAsync(configuration).WaitAsync(cancellationToken);
            await RedisLogin.TryAsync(Database, options);
            await Database.PingAsync();
        }
        catch (RedisException error)
        {
            return Explain(error);
        }

        var server = await InfoAsync("server");
        var version = server.GetValueOrDefault("valkey_version", server.GetValueOrDefault("redis_version", ""));
        var identity = options.Password.Length == 0 ? "without a password" : options.Username.Length == 0 ? "as the default user" : "as the user of the settings";
        return Finding.Ok($"{identity}{(options.Tls ? ", over TLS" : "")}{(version.Length > 0 ? $"; version {version}" : "")}") with { Data = [("version", version), ("tls", options.Tls)] };
    }

    /// <summary>
    /// Runs every command within a script, as the stores do, and once by digest. What an earlier list was refused is not told again:
    /// it is one right of one user.
    /// </summary>
    public async Task<Finding> TryRightsAsync(RedisRights rights)
    {
        RedisKey[] keys = [rights.Key];
        var probe = new RedisScript("return 1");
        var refused = new List<string>();
        var told = new List<string>();
        (string Name, Func<Task<RedisResult>> Run)[] runs =
        [
            ("EVAL", () => Database.ScriptEvaluateAsync(probe.Text, keys, [], ByText)),
            ("EVALSHA", () => Database.ScriptEvaluateAsync(probe.Digest, keys, [])),
            // Without it, the library goes on in database 0.
            .. options.Database > 0 ? [("SELECT", () => Database.ScriptEvaluateAsync("return redis.pcall('SELECT', ARGV[1])", keys, [options.Database], ByText))] : Array.Empty<(string, Func<Task<RedisResult>>)>(),
            .. rights.Calls.Select(call => (call.Command, (Func<Task<RedisResult>>)(() => CallAsync(call.Command, call.Arguments, keys)))),
        ];
        foreach (var (name, run) in runs)
        {
            if (_refused.Contains(name))
            {
                told.Add(name);
                if (name == "EVAL")
                {
                    break;
                }

                continue;
            }

            try
            {
                await run();
            }
            catch (RedisServerException error) when (IsAboutCommand(error.Message))
            {
                refused.Add(name);
                if (name == "EVAL")
                {
                    // Nothing else can be tried without it.
                    break;
                }
            }
            catch (RedisServerException error) when (refused.Count > 0 && error.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
            {
                // Only because what was refused before would have made room.
            }
            catch (RedisServerException error)
            {
                return Refused(error.Message, rights, [name]);
            }
        }

        _refused.UnionWith(refused);
        return refused.Count > 0 ? Refused("NOPERM", rights, refused)
            : told.Count > 0 ? new(CheckStatus.Skipped, $"needs {string.Join(", ", told)} too, see above")
            : Finding.Ok($"scripts and their {rights.Calls.Count} commands run on {rights.Pattern[1..]} of database {options.Database}");
    }

    private Task<RedisResult> CallAsync(string command, string[] arguments, RedisKey[] keys) => Database.ScriptEvaluateAsync(
        RedisRights.Keyless.Contains(command) ? "return redis.pcall(ARGV[1])" : "return redis.pcall(ARGV[1], KEYS[1], unpack(ARGV, 2))",
        keys,
        [command, .. arguments.Select(static argument => (RedisValue)argument)],
        ByText);

    public async Task<DateTimeOffset> TimeAsync()
    {
        var parts = (RedisResult[])(await Database.ExecuteAsync("TIME"))!;
        return DateTimeOffset.FromUnixTimeMilliseconds((long)parts[0] * 1000).AddMicroseconds((long)parts[1]);
    }

    /// <summary>A section of what Redis tells of itself; empty where it may not.</summary>
    public async Task<Dictionary<string, string>> InfoAsync(string part)
    {
        try
        {
            var text = (string?)await Database.ExecuteAsync("INFO", part) ?? "";
            return text.Split('\n', StringSplitOptions.TrimEntries)
                .Select(static line => line.Split(':', 2))
                .Where(static pair => pair.Length == 2)
                .ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);
        }
        catch (RedisServerException)
        {
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    private async Task<Finding> DialAllAsync(RedisHosts places, string what, CancellationToken cancellationToken)
    {
        var reached = await Task.WhenAll(places.Select(async place =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(place, cancellationToken);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }));
        var count = reached.Count(static one => one);
        var hint = $"check {section}.{(what == "nodes" ? "cluster" : "sentinel")}.hosts and the network between";
        return count == 0 ? Finding.Fail($"none of the {places.Count} {what} takes connections", hint)
            : count < places.Count ? Finding.Warn($"only {count} of {places.Count} {what} take connections", hint)
            : Finding.Ok($"{count} {what} take connections");
    }

    private static bool IsAboutCommand(string message) =>
        message.Contains("permission", StringComparison.OrdinalIgnoreCase) && !message.Contains("key", StringComparison.OrdinalIgnoreCase)
        || message.Contains("can't run this command", StringComparison.OrdinalIgnoreCase)
        || message.Contains("unknown command", StringComparison.OrdinalIgnoreCase) || message.Contains("Unknown Redis command", StringComparison.OrdinalIgnoreCase);

    private Finding Refused(string message, RedisRights rights, IReadOnlyList<string> commands)
    {
        var user = options.Username.Length > 0 ? options.Username : "default";
        var names = string.Join(", ", commands);
        return message.Split(' ')[0] switch
        {
            "READONLY" => Finding.Fail("this is a read-only replica", $"set {section}.host to the primary"),
            "LOADING" => Finding.Fail("Redis is still loading its data", "wait, and run this again"),
            "MISCONF" => Finding.Fail("Redis refuses to write because it cannot save to disk", "look at Redis' log; usually the disk is full or not writable"),
            "OOM" => Finding.Fail("Redis is out of memory and refuses to write", "raise maxmemory, or give the sidecar a Redis of its own"),
            _ when message.Contains("key", StringComparison.OrdinalIgnoreCase) =>
                Finding.Fail($"the Redis user may not touch the keys {rights.Pattern[1..]}", $"allow them: ACL SETUSER {user} {rights.Pattern}"),
            _ => Finding.Fail($"the Redis user may not run {names}", $"allow it: ACL SETUSER {user} {string.Join(' ', commands.Select(static command => $"+{command.ToLowerInvariant()}"))} {rights.Pattern}") with { Data = [("refused", commands.ToArray())] },
        };
    }

    private Finding Explain(RedisException error)
    {
        var failure = error is RedisConnectionException connection ? connection.FailureType : ConnectionFailureType.None;
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } && inner.Message.Contains("NOAUTH", StringComparison.Ordinal))
            {
                return NoPassword();
            }

            if (inner is System.Security.Authentication.AuthenticationException or CryptographicException)
            {
                return Finding.Fail("the TLS handshake failed or the certificate is not trusted", $"check {section}.tls, {section}.ca, and that {section}.host is the name the certificate is for");
            }
        }

        if (error.Message.Contains("NOAUTH", StringComparison.Ordinal))
        {
            return NoPassword();
        }

        return failure == ConnectionFailureType.AuthenticationFailure || error.Message.Contains("WRONGPASS", StringComparison.Ordinal) || error.Message.Contains("AuthenticationFailure", StringComparison.Ordinal)
            ? Finding.Fail("the login is refused", $"check {section}.username and {section}.password (with `requirepass` alone the username stays empty)")
            : options.Tls
                ? Finding.Fail("takes the connection and does not answer as Redis over TLS", $"check {section}.tls, {section}.ca and the port in {section}.host")
                : Finding.Fail("takes the connection and does not answer as Redis", $"check the port in {section}.host; if it expects TLS, set {section}.tls: true");
    }

    private Finding NoPassword() => Finding.Fail("wants a password", $"set {section}.password to the one of Redis (`requirepass`; REDIS_PASSWORD in RAGFlow's .env)");
}
