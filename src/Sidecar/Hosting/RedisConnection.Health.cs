using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>What is known of its health, and what operators read of it.</summary>
internal sealed partial class RedisConnection
{
    private void Found(RedisLink link, string status)
    {
        lock (_turn)
        {
            if (!ReferenceEquals(link, _link))
            {
                return;
            }

            if (!_healthy || status != _status)
            {
                if (status == "ok")
                {
                    Log.Back(_log, Options.Place);
                }
                else
                {
                    Log.Partly(_log, Options.Place, status);
                }
            }

            (_healthy, _status) = (true, status);
        }
    }

    private void Lost(RedisLink? link, Exception exception)
    {
        var reason = RedisTrouble.Words(exception);
        lock (_turn)
        {
            if (!ReferenceEquals(link, _link))
            {
                // News of a link that has been replaced.
                return;
            }

            if (_healthy || _status == "connecting")
            {
                _healthy = false;
                Log.Lost(_log, Options.Place, reason);
            }

            _status = reason;
        }
    }

    /// <summary>An answer, so Redis lives, but not one that serves: said once, not at every request.</summary>
    private void Refused(RedisLink link, RedisServerException exception)
    {
        Hurry();
        if (RedisTrouble.IsOfTheServer(exception.Message) && !Options.IsCluster)
        {
            if (ReferenceEquals(link, _link))
            {
                _isStale |= RedisTrouble.IsNoMaster(exception.Message);
            }

            Lost(link, exception);
        }
        else if (Interlocked.Exchange(ref _refusal, exception.Message) != exception.Message)
        {
            Log.Refused(_log, Options.Place, exception.Message);
        }
    }

    /// <summary>Once: whether Redis would throw our keys away.</summary>
    private async Task LookAsync(RedisLink link)
    {
        if (_hasLooked)
        {
            return;
        }

        _hasLooked = true;
        var told = (await link.InfoAsync("memory")).Select(RedisMemory.Of).ToArray();
        if (told.Length == 0)
        {
            Log.Unknown(_log, Options.Place);
        }
        else if (Array.Find(told, static memory => memory.Evicts) is { } memory)
        {
            Log.Evicts(_log, Options.Place, memory.Policy);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Redis at {Place} answers")]
        public static partial void Back(ILogger log, string place);

        [LoggerMessage(2, LogLevel.Warning, "Redis at {Place} is not available: {Reason}. Account recovery answers so until it is back")]
        public static partial void Lost(ILogger log, string place, string reason);

        [LoggerMessage(3, LogLevel.Error, "Redis at {Place} refused a command: {Reason}")]
        public static partial void Refused(ILogger log, string place, string reason);

        [LoggerMessage(4, LogLevel.Warning, "Redis at {Place}: {Status}. Flows of the addresses there wait until one is back")]
        public static partial void Partly(ILogger log, string place, string status);

        [LoggerMessage(5, LogLevel.Warning, "Redis at {Place} has maxmemory-policy {Policy}: when memory runs out, it throws away live codes, locks and limits. Set it to noeviction, or use a Redis of the sidecar's own")]
        public static partial void Evicts(ILogger log, string place, string policy);

        [LoggerMessage(6, LogLevel.Information, "Redis at {Place} does not tell its maxmemory-policy (INFO is not allowed): see to it that it is noeviction")]
        public static partial void Unknown(ILogger log, string place);
    }
}
