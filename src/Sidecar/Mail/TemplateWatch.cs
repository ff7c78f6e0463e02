using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// Takes in templates that changed while the sidecar runs. It looks instead of being told: a mounted volume changes by
/// swapping links, of which file events tell little, and over network file systems nothing.
/// </summary>
internal sealed partial class TemplateWatch(MailTemplates templates, TimeProvider time, ILogger<TemplateWatch> logger) : IHostedService, IDisposable
{
    /// <summary>How soon a change is seen.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _looking = new();
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        if (!_looking.TryEnter())
        {
            return;
        }

        try
        {
            Tell(templates.Reload());
        }
        catch (Exception error)
        {
            // Nothing may end the timer's thread; the mails stay as they are.
            Log.Failed(logger, error);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Tell(IReadOnlyList<Fault>? faults)
    {
        if (faults is null)
        {
            return;
        }

        foreach (var fault in faults)
        {
            Log.Wrong(logger, fault.IsHarmless ? LogLevel.Warning : LogLevel.Error, fault);
        }

        if (faults.All(static fault => fault.IsHarmless))
        {
            Log.Taken(logger);
        }
        else
        {
            Log.Kept(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Message = "Mail templates: {Fault}")]
        public static partial void Wrong(ILogger logger, LogLevel level, Fault fault);

        [LoggerMessage(Level = LogLevel.Information, Message = "The mail templates changed and are in use")]
        public static partial void Taken(ILogger logger);

        [LoggerMessage(Level = LogLevel.Error, Message = "The mail templates changed and are not used because of that; mails go out in the last good ones. A restart would switch recovery off")]
        public static partial void Kept(ILogger logger);

        [LoggerMessage(Level = LogLevel.Error, Message = "The mail templates could not be looked at; mails go out in the last good ones")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
