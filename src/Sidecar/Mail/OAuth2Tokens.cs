using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>
/// The token of one relay's login, shared by all its sessions: kept until shortly before it ends, and asked for by one request
/// at a time, however many sessions want it. A request once begun is finished even when nobody waits any more, because its
/// answer may hold the only refresh token that is still good.
/// </summary>
internal sealed partial class OAuth2Tokens(OAuth2Options options, Func<string, Task<OAuth2Answer>> ask, TimeProvider time, ILogger? logger = null)
{
    /// <summary>A token that ends while a relay checks it is refused; a tenth of a short-lived one is enough for that.</summary>
    private static readonly TimeSpan LongestLead = TimeSpan.FromMinutes(5);

    /// <summary>A relay that refuses every token must not turn each attempt into a request to the provider.</summary>
    private static readonly TimeSpan BetweenForced = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenEarly = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private string _refresh = KeptRefreshToken.Read(options) ?? options.RefreshToken;
    private string? _token;
    private DateTimeOffset _renew;
    private DateTimeOffset _ends;
    private DateTimeOffset _nextForced = DateTimeOffset.MinValue;
    private Task<OAuth2Answer.Refusal?>? _running;
    private bool _notKept;

    /// <summary>The source for a relay; null where it logs in with a password or not at all.</summary>
    public static OAuth2Tokens? For(SmtpOptions smtp, MailOptions mail, TimeProvider time, ILogger? logger = null) =>
        smtp.OAuth2 is { } oauth2 ? new OAuth2Tokens(oauth2, new OAuth2Endpoint(oauth2, mail, time).AskAsync, time, logger) : null;

    /// <summary>A token that is good for now. Throws <see cref="TokenRefusedException"/>, or when <paramref name="cancellationToken"/> ends the waiting.</summary>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        Task<OAuth2Answer.Refusal?> running;
        lock (_lock)
        {
            if (_token is not null && time.GetUtcNow() < _renew)
            {
                return _token;
            }

            running = Run();
        }

        var refusal = await running.WaitAsync(cancellationToken);
        lock (_lock)
        {
            // One that could not be renewed early is still good for what is left of it.
            return _token is not null && time.GetUtcNow() < _ends ? _token : throw new TokenRefusedException(refusal ?? new(RelayTrouble.TokenEndpointGarbled, ""));
        }
    }

    /// <summary>Another token in the place of one that the relay refused; null when there is no point in asking for one.</summary>
    public async Task<string?> RenewAsync(string refused, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_token == refused)
            {
                var now = time.GetUtcNow();
                if (now < _nextForced)
                {
                    return null;
                }

                _nextForced = now + BetweenForced;
                _token = null;
            }
        }

        var token = await GetAsync(cancellationToken);
        return token == refused ? null : token;
    }

    private Task<OAuth2Answer.Refusal?> Run()
    {
        if (_running is { IsCompleted: false } running)
        {
            return running;
        }

        // Off this thread: it holds the lock.
        return _running = Task.Run(AskAsync);
    }

    private async Task<OAuth2Answer.Refusal?> AskAsync()
    {
        var asked = time.GetUtcNow();
        var used = _refresh;
        var answer = await ask(used);
        if (answer is OAuth2Answer.Refusal { Trouble: RelayTrouble.TokenGrantEnded } && KeptRefreshToken.Read(options) is { } kept && kept != used)
        {
            // Another replica used up the one we had, and kept what it got for it.
            (used, answer) = (kept, await ask(kept));
        }

        if (answer is not OAuth2Answer.Token token)
        {
            var refusal = (OAuth2Answer.Refusal)answer;
            lock (_lock)
            {
                var later = time.GetUtcNow() + BetweenEarly;
                _renew = later < _ends ? later : _ends;
            }

            return refusal;
        }

        if (token.Refresh is { } exchanged && exchanged != used)
        {
            Keep(exchanged);
        }

        lock (_lock)
        {
            _refresh = token.Refresh ?? used;
            _token = token.Access;
            _ends = asked + token.Lifetime;
            _renew = _ends - TimeSpan.FromTicks(Math.Min(LongestLead.Ticks, token.Lifetime.Ticks / 10));
        }

        return null;
    }

    private void Keep(string refreshToken)
    {
        var kept = KeptRefreshToken.TryWrite(options, refreshToken);
        if (!kept && !_notKept && logger is not null)
        {
            Log.NotKept(logger, options.Path);
        }

        _notKept = !kept;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A new refresh token cannot be written to {Key}.refresh_token_file: mail goes on, but after a restart somebody may have to sign in again. Make its folder writable")]
        public static partial void NotKept(ILogger logger, string key);
    }
}
