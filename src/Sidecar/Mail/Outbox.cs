using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// The queue in memory and its delivery slots, off the request: a request is answered whether the relay is quick, slow or gone,
/// and a mail that must wait keeps no slot from one that need not.
/// </summary>
internal sealed partial class Outbox : IOutbox, IHostedService, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>How soon a mail asks again whether the relay is back; its return releases all of them anyway.</summary>
    private static readonly TimeSpan DownPause = TimeSpan.FromSeconds(2);

    // Bounded by _count, which also knows the jobs between two attempts: those must find their place again.
    private readonly Channel<OutboxJob> _ready = Channel.CreateUnbounded<OutboxJob>();
    private readonly ConcurrentDictionary<OutboxJob, bool> _jobs = new();
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MailMetrics _metrics = new();
    private readonly MailOptions _options;
    private readonly IReadOnlyList<string> _warnings;
    private readonly Delivery _delivery;
    private readonly RelayHealth _health;
    private readonly RetryQueue _retries;
    private readonly TimeProvider _time;
    private readonly ILogger<Outbox> _logger;
    private Task _slots = Task.CompletedTask;
    private int _count;
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
        SendBudget? budget = null)
    {
        _options = options;
        _warnings = warnings;
        _delivery = new Delivery(options, templates, resolvers, send, health, budget ?? SendBudget.Unlimited, _metrics, time, logger);
        _health = health;
        _time = time;
        _logger = logger;
        _retries = new RetryQueue(time, job => _ready.Writer.TryWrite(job));
        _health.Recovered += _retries.ReleaseAll;
        _metrics.Watch(() => Volatile.Read(ref _count), Age);
    }

    public bool CanDeliver => _health.CanDeliver;

    public bool TryEnqueue(OutboxEntry entry) => Accept(entry, isAwaited: false) is not null;

    public async ValueTask<DeliveryOutcome> EnqueueAndWaitAsync(OutboxEntry entry, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (Accept(entry, isAwaited: true) is not { } job)
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

        _slots = Task.WhenAll(Enumerable.Range(0, _options.Concurrency).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _drain.CancelAsync();
        _retries.ReleaseAll();
        if (Volatile.Read(ref _count) > 0)
        {
            try
            {
                await _empty.Task.WaitAsync(_options.DrainTimeout, _time, cancellationToken);
            }
            catch (Exception error) when (error is TimeoutException or OperationCanceledException)
            {
                // What is left is told below.
            }
        }

        await _stop.CancelAsync();
        await _slots;
        foreach (var job in _jobs.Keys)
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
        _health.Recovered -= _retries.ReleaseAll;
        _retries.Dispose();
        _metrics.Dispose();
        _drain.Dispose();
        _stop.Dispose();
    }

    private OutboxJob? Accept(OutboxEntry entry, bool isAwaited)
    {
        if (_drain.IsCancellationRequested)
        {
            return null;
        }

        if (Interlocked.Increment(ref _count) > _options.QueueCapacity)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var job = new OutboxJob(entry, _time.GetUtcNow(), isAwaited);
        _jobs[job] = true;
        if (entry.Delay <= TimeSpan.Zero || isAwaited)
        {
            _ready.Writer.TryWrite(job);
            return job;
        }

        _retries.Add(job, job.Since + entry.Delay);
        if (_drain.IsCancellationRequested)
        {
            _retries.ReleaseAll();
        }

        return job;
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var job in _ready.Reader.ReadAllAsync(_stop.Token))
            {
                await DeliverAsync(job);
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
            Again(job, DownPause);
            return;
        }

        var parent = job.Entry.Parent;
        using var span = SidecarTelemetry.Source.StartActivity(
            "mail deliver", ActivityKind.Consumer, parentContext: default, links: parent == default ? null : [new ActivityLink(parent)]);
        var (outcome, wait, fact) = await _delivery.TryAsync(job.Entry, _drain.Token, _stop.Token);
        span?.SetTag("sidecar.mail.outcome", outcome.ToString());
        if (outcome == DeliveryOutcome.StillQueued)
        {
            // Nothing was tried, so nobody who waits for the first attempt is told anything.
            Wait(job, wait);
        }
        else if (outcome == DeliveryOutcome.Transient)
        {
            Again(job, Pause(job.Failures++));
        }
        else
        {
            Finish(job, outcome, fact);
        }
    }

    /// <summary>Lets the job wait for another attempt; at a stop, and for somebody who has been told of the failure, there is none.</summary>
    private void Again(OutboxJob job, TimeSpan pause)
    {
        if (job.Tried(DeliveryOutcome.Transient))
        {
            Finish(job, DeliveryOutcome.Transient);
            return;
        }

        Wait(job, pause);
    }

    private void Wait(OutboxJob job, TimeSpan pause)
    {
        if (_drain.IsCancellationRequested)
        {
            Interlocked.Increment(ref _dropped);
            Finish(job, DeliveryOutcome.Transient);
            return;
        }

        var due = _time.GetUtcNow() + pause;
        _retries.Add(job, due < job.Entry.Expires ? due : job.Entry.Expires);
        if (_drain.IsCancellationRequested)
        {
            _retries.ReleaseAll();
        }
    }

    private void Finish(OutboxJob job, DeliveryOutcome outcome, DeliveryOutcome? fact = null)
    {
        job.Tried(outcome);
        _delivery.Tell(job.Entry, fact ?? outcome);
        _jobs.TryRemove(job, out _);
        if (Interlocked.Decrement(ref _count) == 0 && _drain.IsCancellationRequested)
        {
            _empty.TrySetResult();
        }
    }

    /// <summary>1, 2, 4 seconds and so on, each up to a quarter longer, so that mails that failed together do not come back together.</summary>
    private static TimeSpan Pause(int failures)
    {
        var pause = Math.Min(FirstPause.TotalMilliseconds * (1 << Math.Min(failures, 10)), LongestPause.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(pause + RandomNumberGenerator.GetInt32((int)pause / 4));
    }

    private TimeSpan Age()
    {
        var now = _time.GetUtcNow();
        return now - _jobs.Keys.Select(static job => job.Since).DefaultIfEmpty(now).Min();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
        public static partial void Warned(ILogger logger, string warning);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} queued mails were dropped at the stop; mail.drain_timeout is {Timeout}")]
        public static partial void Dropped(ILogger logger, int count, TimeSpan timeout);
    }
}
