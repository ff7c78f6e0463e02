using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>
/// The relays in their order. A mail goes to the first that is up and takes it; one that fails before it can have taken the mail
/// is passed over within the same attempt, so that nobody waits for a retry while another relay works.
/// </summary>
/// <param name="routes">At least one.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of relays that were passed over, without recipients.</param>
internal sealed partial class Relays(IReadOnlyList<RelayRoute> routes, TimeProvider time, ILogger<Relays> logger) : IHostedService, IDisposable
{
    /// <summary>Hands one message over. Null when a relay took it. Throws only when <paramref name="cancellationToken"/> ends it.</summary>
    public async Task<RelayFailure?> SendAsync(Message message, CancellationToken cancellationToken)
    {
        RelayFailure? told = null;
        for (var i = 0; i < routes.Count; i++)
        {
            var (relay, breaker, send) = routes[i];
            if (breaker.Failure is { } known)
            {
                told = Weigh(told, known);
                continue;
            }

            message.Trail.HandTo(relay.Name);
            var start = time.GetTimestamp();
            var failure = await send(message, cancellationToken);
            if (failure is not { MayGoElsewhere: true })
            {
                return failure;
            }

            // Told at once: mails in the other slots must not run into it while this one tries the next relay.
            breaker.Report(failure);
            told = Weigh(told, failure);
            if (routes.Skip(i + 1).Any(static next => next.Breaker.CanDeliver))
            {
                message.Trail.Pass(new(relay.Name, failure, time.GetElapsedTime(start)));
                LogUnlessDown(relay.Name, failure);
            }
        }

        return told;
    }

    /// <summary>
    /// Reaches the relays in another way from now on. False, and nothing is changed, where there are others than before: which
    /// relays there are, a process knows from its start.
    /// </summary>
    public bool Retune(IReadOnlyList<SmtpOptions> relays, MailOptions mail)
    {
        if (!relays.Select(static relay => (relay.Name, relay.IsConfigured)).SequenceEqual(routes.Select(static route => (route.Relay.Name, route.Breaker.IsConfigured))))
        {
            return false;
        }

        foreach (var (smtp, route) in relays.Zip(routes))
        {
            route.Relay.Retune(smtp, mail);
            route.Breaker.LookAgain();
            foreach (var warning in smtp.Warnings)
            {
                Log.Warned(logger, warning);
            }
        }

        return true;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Says goodbye to the relays.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(routes.Select(static route => route.Relay.CloseAsync()));

    public void Dispose()
    {
        foreach (var route in routes)
        {
            route.Relay.Dispose();
        }
    }

    /// <summary>
    /// Of two failures the one that leaves hope: a mail that one relay will never take may be taken by another that is only down.
    /// What was offered stays offered.
    /// </summary>
    private static RelayFailure Weigh(RelayFailure? before, RelayFailure next) => before is null
        ? next
        : (Hope(next) > Hope(before) ? next : before) with { MayHaveOffered = before.MayHaveOffered || next.MayHaveOffered };

    private static int Hope(RelayFailure failure) => failure.Scope switch
    {
        FailureScope.Transient => 2,
        FailureScope.Relay => 1,
        _ => 0,
    };

    private void LogUnlessDown(string relay, RelayFailure failure)
    {
        // Of the relay's own failures its breaker tells, once.
        if (failure.Scope != FailureScope.Relay)
        {
            Log.PassedOver(logger, failure.Level, relay, failure.Scope, failure.Line);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
        public static partial void Warned(ILogger logger, string warning);

        [LoggerMessage(Message = "Mail relay {Relay} did not take a mail ({Scope}), the next one is asked: {Hint}")]
        public static partial void PassedOver(ILogger logger, LogLevel level, string relay, FailureScope scope, string hint);
    }
}

/// <summary>A relay in its place in the order.</summary>
/// <param name="Relay">The relay.</param>
/// <param name="Breaker">Whether it is worth asking.</param>
/// <param name="Send">Hands it a message.</param>
internal sealed record RelayRoute(SmtpRelay Relay, RelayBreaker Breaker, Func<Message, CancellationToken, Task<RelayFailure?>> Send)
{
    public RelayRoute(SmtpRelay relay, RelayBreaker breaker)
        : this(relay, breaker, relay.SendAsync)
    {
    }
}
