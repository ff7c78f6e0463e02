using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>
/// One attempt at one entry: what is it, which words, hand it over, say how it went. Whether there is another attempt is the
/// queue's business.
/// </summary>
/// <param name="options">Whether reserved domains are mailed.</param>
/// <param name="templates">The words.</param>
/// <param name="resolvers">One for each kind of entry.</param>
/// <param name="send">Hands a message to the relay; null when it took it.</param>
/// <param name="health">Hears how the relay did.</param>
/// <param name="budget">Asked before a recipient is offered to the relay.</param>
/// <param name="metrics">Counts attempts.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of failures, without recipients.</param>
internal sealed partial class Delivery(
    MailOptions options,
    MailTemplates templates,
    IEnumerable<IOutboxResolver> resolvers,
    Func<Message, CancellationToken, Task<RelayFailure?>> send,
    RelayHealth health,
    SendBudget budget,
    MailMetrics metrics,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>How soon somebody is asked again who could not say what an entry is: a question costs little, and people wait for the answer.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1.5);

    private readonly Dictionary<string, IOutboxResolver> _resolvers = resolvers.ToDictionary(static resolver => resolver.Kind, StringComparer.Ordinal);
    private readonly DeliveryTimes _times = new();
    private bool _spent;

    /// <summary>Tries once. Throws only when <paramref name="stop"/> ends it.</summary>
    /// <param name="entry">What to deliver.</param>
    /// <param name="confirm">Throws when the mail is not to go out from here; asked before the text goes to a relay.</param>
    /// <param name="drain">The process stops: nobody is left to time a held slot.</param>
    /// <param name="stop">Ends the attempt.</param>
    public async Task<DeliveryAttempt> TryAsync(OutboxEntry entry, Action confirm, CancellationToken drain, CancellationToken stop)
    {
        var left = entry.Expires - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            return Ended(DeliveryOutcome.Expired);
        }

        // The entry's end also ends an attempt under way: what arrives late is worth nothing and looks like a second mail.
        using var expiry = new CancellationTokenSource(left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, stop);
        try
        {
            return await TryAsync(entry, confirm, drain, either.Token, expiry.Token);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested)
        {
            return Ended(DeliveryOutcome.Expired);
        }
        catch (Exception error)
        {
            // A resolver throws when a later attempt may fare better. Its text may speak of the address: only its type is told.
            Log.NotResolved(logger, entry.Kind, error.GetType().Name);
            return new(Ended(DeliveryOutcome.Transient), AskAgain);
        }
    }

    /// <summary>Tells the resolver, once, how its entry ended.</summary>
    public void Tell(OutboxEntry entry, DeliveryOutcome outcome)
    {
        if (_resolvers.TryGetValue(entry.Kind, out var resolver))
        {
            resolver.Ended(entry, outcome);
        }
    }

    private async Task<DeliveryAttempt> TryAsync(OutboxEntry entry, Action confirm, CancellationToken drain, CancellationToken either, CancellationToken expiry)
    {
        if (!_resolvers.TryGetValue(entry.Kind, out var resolver))
        {
            Log.UnknownKind(logger, entry.Kind);
            return Ended(DeliveryOutcome.Permanent);
        }

        switch (await resolver.ResolveAsync(entry, either))
        {
            case Resolution.Send(var letter) when !(options.BlockReservedDomains && ReservedDomains.Contains(letter.To)):
                return Compose(letter) is { } message ? await SendWithinBudgetAsync(message with { Id = entry.Id, Confirm = confirm }, either, expiry) : Ended(DeliveryOutcome.Permanent);

            case Resolution.NoAccount:
                await HoldAsync(drain, either);
                return Ended(DeliveryOutcome.UnknownAccount);

            default:
                // A reserved domain. Counted as nobody's, but answered as usual: whoever waits must not learn which are never mailed.
                await HoldAsync(drain, either);
                return new(DeliveryOutcome.Delivered, Fact: Ended(DeliveryOutcome.UnknownAccount));
        }
    }

    private Message? Compose(Letter letter)
    {
        try
        {
            return templates.Render(letter);
        }
        catch (Exception error)
        {
            Log.NotRendered(logger, letter.Template, error.GetType().Name);
            return null;
        }
    }

    /// <summary>Asks the budget last, when there is a recipient and a text, so that nothing else spends it.</summary>
    private async Task<DeliveryAttempt> SendWithinBudgetAsync(Message message, CancellationToken either, CancellationToken expiry)
    {
        var permit = await budget.TakeAsync(either);
        if (permit.Wait > TimeSpan.Zero)
        {
            if (!Interlocked.Exchange(ref _spent, true))
            {
                Log.BudgetSpent(logger, permit.Wait);
            }

            return new(DeliveryOutcome.StillQueued, permit.Wait);
        }

        _spent = false;
        var (outcome, mayHaveOffered) = await SendAsync(message, either, expiry);
        if (!mayHaveOffered)
        {
            await permit.GiveBack();
        }

        return outcome;
    }

    private async Task<(DeliveryOutcome Outcome, bool MayHaveOffered)> SendAsync(Message message, CancellationToken either, CancellationToken expiry)
    {
        var start = time.GetTimestamp();
        RelayFailure? failure;
        try
        {
            failure = await send(message, either);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested)
        {
            Measure(message.Trail, DeliveryOutcome.Expired, time.GetElapsedTime(start));
            return (DeliveryOutcome.Expired, true);
        }

        var took = time.GetElapsedTime(start);
        if (failure is not null)
        {
            // A delivery is no sign of health: it may have gone over a connection kept from better days.
            health.Report(failure);
        }

        var outcome = OutcomeOf(failure);
        Measure(message.Trail, outcome, took);
        if (failure is null)
        {
            _times.Add(took);
        }
        else if (failure.Scope != FailureScope.Relay)
        {
            // Of the relay's own failures its health tells, once.
            Log.NotDelivered(logger, failure.Level, failure.Relay, failure.Scope, failure.Line);
        }

        return (outcome, failure?.MayHaveOffered ?? true);
    }

    private static DeliveryOutcome OutcomeOf(RelayFailure? failure) => failure?.Scope switch
    {
        null => DeliveryOutcome.Delivered,
        FailureScope.Permanent => DeliveryOutcome.Permanent,
        _ => DeliveryOutcome.Transient,
    };

    private void Measure(RelayTrail trail, DeliveryOutcome outcome, TimeSpan took)
    {
        foreach (var passed in trail.Passed)
        {
            metrics.Tried(passed.Relay, OutcomeOf(passed.Failure), passed.Took);
            took -= passed.Took;
        }

        metrics.Tried(trail.Relay, outcome, took);
    }

    private async Task HoldAsync(CancellationToken drain, CancellationToken either)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(drain, either);
        try
        {
            await Task.Delay(_times.Median, time, ends.Token);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            // The slot is wanted for mails that have somewhere to go.
        }
    }

    private DeliveryOutcome Ended(DeliveryOutcome outcome)
    {
        metrics.Ended(outcome);
        return outcome;
    }

    private static partial class Log
    {
        [LoggerMessage(Message = "Mail relay {Relay} did not take a mail ({Scope}): {Hint}")]
        public static partial void NotDelivered(ILogger logger, LogLevel level, string relay, FailureScope scope, string hint);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Mails wait, for {Wait} so far: the mail budget is spent. Raise limits.mail-global.permits if this is honest traffic")]
        public static partial void BudgetSpent(ILogger logger, TimeSpan wait);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A queued mail of kind {Kind} cannot be made up for now ({Error}); it is tried again")]
        public static partial void NotResolved(ILogger logger, string kind, string error);

        [LoggerMessage(Level = LogLevel.Error, Message = "A queued mail is of kind {Kind}, which nothing here knows; it is dropped")]
        public static partial void UnknownKind(ILogger logger, string kind);

        [LoggerMessage(Level = LogLevel.Error, Message = "The mail template {Template} cannot be rendered ({Error}); the mail is dropped")]
        public static partial void NotRendered(ILogger logger, string template, string error);
    }
}
