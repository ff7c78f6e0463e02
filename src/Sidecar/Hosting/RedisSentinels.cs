using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>
/// Asks the sentinels who the master is. Each time anew rather than by their broadcasts alone: one that was missed would leave
/// us with a server that takes no writes.
/// </summary>
/// <param name="options">The Redis.</param>
/// <param name="sentinel">Its sentinels.</param>
/// <param name="hurry">Called when one of them says that the master moved.</param>
internal sealed class RedisSentinels(RedisOptions options, RedisSentinelOptions sentinel, Action hurry) : IAsyncDisposable
{
    private static readonly string[] News = ["+promoted-slave", "+switch-master"];

    private ConnectionMultiplexer? _connection;

    /// <summary>The server that they name; null when none answers or none knows the name.</summary>
    public async Task<EndPoint?> MasterAsync()
    {
        if (_connection is null)
        {
            _connection = await ConnectionMultiplexer.ConnectAsync(RedisConfiguration.ForSentinels(options, sentinel));
            foreach (var news in News)
            {
                await _connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal(news), (_, _) => hurry(), CommandFlags.FireAndForget);
            }
        }

        var answers = await Task.WhenAll(_connection.GetServers().Select(AskAsync));
        // During a fail-over its leader knows first, and the epoch says so; a sentinel that was cut off is behind.
        return answers.Where(static answer => answer.Place is not null).OrderByDescending(static answer => answer.Epoch).FirstOrDefault().Place;
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<(EndPoint? Place, long Epoch)> AskAsync(IServer server)
    {
        try
        {
            // In this order: an epoch that is newer than the place would lend it weight.
            var state = server.SentinelMasterAsync(sentinel.Master);
            var place = server.SentinelGetMasterAddressByNameAsync(sentinel.Master);
            await Task.WhenAll(state, place).WaitAsync(options.Timeout);
            var epoch = (await state).FirstOrDefault(static pair => pair.Key == "config-epoch").Value;
            return (await place, long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            return default;
        }
    }
}
