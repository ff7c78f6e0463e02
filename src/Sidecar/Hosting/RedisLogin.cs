using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>
/// Asks for the login by itself. The client library, refused, goes on as whoever the connection belongs to: where the default
/// user is open to all, a wrong password would pass for a right one.
/// </summary>
internal static class RedisLogin
{
    /// <exception cref="RedisServerException">The login is refused.</exception>
    public static async Task TryAsync(IDatabase database, RedisOptions options)
    {
        if (options.Password.Length == 0)
        {
            return;
        }

        try
        {
            object[] arguments = options.Username.Length > 0 ? [options.Username, options.Password] : [options.Password];
            await database.ExecuteAsync("AUTH", arguments);
        }
        catch (RedisServerException error) when (!error.Message.StartsWith("WRONGPASS", StringComparison.Ordinal))
        {
            // A password where none is asked for does no harm; RAGFlow's settings have one for a Redis that has none.
        }
    }
}
