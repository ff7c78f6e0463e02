using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// The delivery slots and what they make of an attempt, off the request: a request is answered whether the relay is quick, slow
/// or gone, and a mail that must wait keeps no slot from one that need not. Where the mails wait is the queue's business.
/// </summary>
internal sealed partial class Outbox : IOutbox, IHostedService, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>How soon a mail asks again whether the relay is back; its return releases all of them anyway.</summary>
    private static readonly TimeSpan DownPause = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly MailMetrics _metrics = new();
    private readonly MailOptions _options;
    private readonly IReadOnlyList<string> _warnings;
    private readonly Delivery _delivery;
    private readonly RelayHealth _health;
    private readonly IMailQueue _queue;
    private readonly TimeProvider _time;
    private readonly ILogger<Outbox> _logger;
    private Task _slots = Task.CompletedTask;
    private int _dropped;

    public Outbox(
        MailOptions options,
        IReadOnlyList<string> warnings,
        MailTemplates templates,
        IEnumerable<IOutboxResolver> resolvers,
        Func<Message, CancellationToken, Task<RelayFailure?>> send,
        RelayHealth health,
        TimeProvider time,
        ILogger<Outbox> logger,
        SendBudget? budget = null,
        IMailQueue? queue = null)
    {
        _options = options;
        _warnings = warnings;
        _delivery = new Delivery(options, templates, resolvers, send, health, budget ?? SendBudget.Unlimited, _metrics, time, logger);
        _health = health;
        _time = time;
        _logger = logger;
        _queue = queue ?? new MemoryMailQueue(options.QueueCapacity, time);
        _health.Recovered += _queue.Hurry;
        _metrics.Watch(() => _queue.Length, () => _queue.Age);
    }

    public bool CanDeliver => _health.CanDeliver;

    public ValueTask<bool> EnqueueAsync(OutboxEntry entry) => AcceptAsync(new OutboxJob(entry, _time.GetUtcNow()));

    public async ValueTask<DeliveryOutcome> EnqueueAndWaitAsync(OutboxEntry entry, TimeSpan patience, CancellationToken cancellationToken)
    {
        var job = new OutboxJob(entry, _time.GetUtcNow(), isAwaited: true);
        if (!await AcceptAsync(job))
        {
            return DeliveryOutcome.QueueFull;
        }

        try
        {
            return await job.FirstAttempt.WaitAsync(patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            job.LetGo();
            return await job.FirstAttempt;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var warning in _warnings)
        {
            Log.Warned(_logger, warning);
        }

        _queue.Start(() => _health.CanDeliver);
        _slots = Task.WhenAll(Enumerable.Range(0, _options.Concurrency).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _drain.CancelAsync();
        var drained = _queue.DrainAsync();
        if (!drained.IsCompleted)
        {
            try
            {
                await drained.WaitAsync(_options.DrainTimeout, _time, cancellationToken);
            }
            catch (Exception error) when (error is TimeoutException or OperationCanceledException)
            {
                // What is left is told below.
            }
        }

        await _stop.CancelAsync();
        await _slots;
        foreach (var job in await _queue.CloseAsync())
        {
            _dropped++;
            job.Tried(DeliveryOutcome.Transient);
            _delivery.Tell(job.Entry, DeliveryOutcome.Transient);
        }

        if (_dropped > 0)
        {
            Log.Dropped(_logger, _dropped, _options.DrainTimeout);
        }
    }

    public void Dispose()
    {
        _health.Recovered -= _queue.Hurry;
        _queue.Dispose();
        _metrics.Dispose();
        _drain.Dispose();
        _stop.Dispose();
    }

    private async ValueTask<bool> AcceptAsync(OutboxJob job)
    {
        var (isAccepted, superseded) = await _queue.AddAsync(job);
        if (superseded is not null)
        {
            _delivery.Tell(superseded, DeliveryOutcome.Superseded);
        }

        return isAccepted;
    }

    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                await DeliverAsync(await _queue.TakeAsync(_stop.Token));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Drained, or out of time.
        }
    }

    private async Task DeliverAsync(OutboxJob job)
    {
        if (!_health.CanDeliver && job.Entry.Expires > _time.GetUtcNow())
        {
            await AgainAsync(job, DownPause);
            return;
        }

        var parent = job.Entry.Parent;
        using var span = SidecarTelemetry.Source.StartActivity(
            "mail deliver", ActivityKind.Consumer, parentContext: default, links: parent == default ? null : [new ActivityLink(parent)]);
        var (outcome, wait, fact) = await TryAsync(job);
        span?.SetTag("sidecar.mail.outcome", outcome.ToString());
        if (outcome == DeliveryOutcome.StillQueued)
        {
            // Nothing was tried, so nobody who waits for the first attempt is told anything.
            await WaitAsync(job, wait);
        }
        else if (outcome == DeliveryOutcome.Transient)
        {
            await AgainAsync(job, wait > TimeSpan.Zero ? wait : Pause(job.Failures++));
        }
        else
        {
            await FinishAsync(job, outcome, fact);
        }
    }

    private async Task<DeliveryAttempt> TryAsync(OutboxJob job)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, job.Lost);
        try
        {
            return await _delivery.TryAsync(job.Entry, job.Confirm, _drain.Token, ends.Token);
        }
        catch (OperationCanceledException) when (job.Lost.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            Log.Lost(_logger);
            return new(DeliveryOutcome.StillQueued, TimeSpan.Zero);
        }
    }

    /// <summary>Lets the job wait for another attempt; for somebody who has been told of the failure, there is none.</summary>
    private async Task AgainAsync(OutboxJob job, TimeSpan pause)
    {
        if (job.Tried(DeliveryOutcome.Transient))
        {
            await FinishAsync(job, DeliveryOutcome.Transient);
            return;
        }

        await WaitAsync(job, pause);
    }

    private async Task WaitAsync(OutboxJob job, TimeSpan pause)
    {
        if (await _queue.PutBackAsync(job, pause, _stop.Token) is { } ended)
        {
            if (ended == DeliveryOutcome.Transient)
            {
                Interlocked.Increment(ref _dropped);
            }

            job.Tried(ended);
            _delivery.Tell(job.Entry, ended);
        }
    }

    private async Task FinishAsync(OutboxJob job, DeliveryOutcome outcome, DeliveryOutcome? fact = null)
    {
        // First of all: until the queue knows, a crash would have the mail sent again.
        if (await _queue.RemoveAsync(job, _stop.Token))
        {
            _delivery.Tell(job.Entry, fact ?? outcome);
        }

        job.Tried(outcome);
    }

    /// <summary>1, 2, 4 seconds and so on, each up to a quarter longer, so that mails that failed together do not come back together.</summary>
    private static TimeSpan Pause(int failures)
    {
        var pause = Math.Min(FirstPause.TotalMilliseconds * (1 << Math.Min(failures, 10)), LongestPause.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(pause + RandomNumberGenerator.GetInt32((int)pause / 4));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
        public static partial void Warned(ILogger logger, string warning);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} queued mails were dropped at the stop; mail.drain_timeout is {Timeout}")]
        public static partial void Dropped(ILogger logger, int count, TimeSpan timeout);

        [LoggerMessage(Level = LogLevel.Warning, Message = "An attempt was stopped before the mail went out, because Redis did not confirm in time that it is still this replica's; it is tried again")]
        public static partial void Lost(ILogger logger);
    }
}
