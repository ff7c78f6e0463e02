using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar;

/// <summary>
/// Takes in settings that changed while the sidecar runs: all of a change or, where anything is wrong with it, nothing. It looks
/// instead of being told: a mounted volume changes by swapping links, of which file events tell little, and over network file
/// systems nothing. SIGHUP makes it look at once.
/// </summary>
internal sealed partial class SettingsWatch(SidecarOptions start, IReadOnlyList<ReloadPart> parts, TimeProvider time, ILogger<SettingsWatch> logger) : IHostedService, IDisposable
{
    /// <summary>How soon a change is seen.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How long files must stay as they are: half a file may read like a whole one.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly SidecarOptions _start = start;
    private readonly Lock _looking = new();
    private readonly SettingsChanges _inForce = new(start.Reading);
    private HashSet<Fault> _lived = Known(start);
    private SidecarOptions _last = start;
    private IReadOnlyList<SettingChange> _waiting = [];
    private string _judged = "";
    private string _seen = "";
    private string _refusal = "";
    private ITimer? _timer;
    private PosixSignalRegistration? _signal;

    /// <summary>Whether what is in the files is in force, for the readiness report.</summary>
    public HealthResult Health { get; private set; } = new(true, "");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // From the start on, so that an alert finds something to look at.
        SettingsTelemetry.Taken(0, 0);
        _timer = time.CreateTimer(_ => Look(isAsked: false), null, Interval, Interval);
        _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            Look(isAsked: true);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _signal?.Dispose();
        _timer?.Dispose();
    }

    /// <param name="isAsked">Whether somebody says that the files are complete.</param>
    public void Look(bool isAsked)
    {
        if (!_looking.TryEnter())
        {
            return;
        }

        try
        {
            var now = Content(_last);
            if (now != _judged && !isAsked && now != _seen && _judged.Length > 0)
            {
                _timer?.Change(Settling, Interval);
            }
            else if (now != _judged || isAsked || _refusal.Length > 0)
            {
                Judge(_start.Reread(), now);
            }

            _seen = now;
        }
        catch (Exception error)
        {
            // Nothing may end the timer's thread; the settings stay as they are.
            Log.Failed(logger, error);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Judge(SidecarOptions next, string before)
    {
        if (Content(_last) != before)
        {
            // Changed while it was read: the next look has it whole.
            return;
        }

        var isAgain = before == _judged;
        _last = next;
        _judged = Content(next);
        Fault[] faults = [.. next.Faults.Where(fault => !_lived.Contains(Placeless(fault)))];
        foreach (var fault in faults)
        {
            Log.Wrong(logger, IsWarning(fault) ? LogLevel.Warning : LogLevel.Error, fault);
        }

        if (!faults.All(IsWarning))
        {
            _refusal = "";
            Refuse();
            return;
        }

        var (changes, refusal) = (_inForce.To(next.Reading), _refusal);
        _refusal = parts.Where(part => changes.Any(change => part.Owns(change.Key))).Select(part => part.Try(next)).FirstOrDefault(static why => why.Length > 0, "");
        if (_refusal.Length > 0)
        {
            // What does not work yet may work later, so it is tried again; that it still does not is no news.
            if (!isAgain || _refusal != refusal)
            {
                Log.DoesNotWork(logger, _refusal);
                Refuse();
            }

            return;
        }

        var wasRefused = !Health.IsWell;
        _lived = Known(next);
        if (Take(next, changes) is 0 && wasRefused)
        {
            Log.GoodAgain(logger);
        }
    }

    private void Refuse()
    {
        Health = new(false, "a change is refused; the log says why");
        Log.Refused(logger);
        SettingsTelemetry.Refused();
    }

    /// <summary>Hands the changes to the parts that own them.</summary>
    /// <returns>How many were told.</returns>
    private int Take(SidecarOptions next, IReadOnlyList<SettingChange> changes)
    {
        var refusing = new List<ReloadPart>();
        foreach (var part in parts.Where(part => changes.Any(change => part.Owns(change.Key))))
        {
            if (!part.Take(next))
            {
                refusing.Add(part);
            }
        }

        var waiting = new List<SettingChange>();
        var taken = 0;
        foreach (var change in changes)
        {
            if (parts.Any(part => part.Owns(change.Key)) && !refusing.Exists(part => part.Owns(change.Key)))
            {
                _inForce.Take(change, next.Reading);
                taken++;
                Tell(change, LogLevel.Information, "in force");
            }
            else
            {
                waiting.Add(change);
                if (!_waiting.Contains(change))
                {
                    Tell(change, LogLevel.Warning, "takes effect after a restart");
                }
            }
        }

        _waiting = waiting;
        if (_start.RecoveryOffReason.Length > 0 && next.RecoveryOffReason.Length == 0)
        {
            Log.StillOff(logger);
        }

        Health = new(true, waiting.Count == 0 ? "" : $"takes effect after a restart: {string.Join(", ", waiting.Select(static change => change.Key).Distinct())}");
        SettingsTelemetry.Taken(taken, waiting.Count);
        return taken + waiting.Count;
    }

    private void Tell(SettingChange change, LogLevel level, string effect)
    {
        if (change.IsContent)
        {
            Log.ContentChanged(logger, level, change.Key, effect);
        }
        else
        {
            Log.Changed(logger, level, change.Key, change.Old, change.New, effect);
        }
    }

    /// <summary>Stands for all that a reading was made of, as it is now.</summary>
    private string Content(SidecarOptions reading) => SettingsReading.Mark(string.Join(
        '\n',
        _start.Reading.Files.Union(reading.Reading.Files).Order(StringComparer.Ordinal).Select(static file => $"{file}\0{SettingsReading.MarkOf(file)}")
            .Concat(((string[])[_start.Mail.TemplateDirectory, reading.Mail.TemplateDirectory, _start.Reading.Full("templates"), MailOptions.ShippedTemplates])
                .Distinct().Select(static folder => TemplateFiles.Read(folder).Mark()))));

    /// <summary>A word on a template that is used all the same.</summary>
    private static bool IsWarning(Fault fault) => fault.IsHarmless && fault.Key == TemplateReader.Key;

    /// <summary>What the process already lives with.</summary>
    private static HashSet<Fault> Known(SidecarOptions options) => [.. options.Faults.Select(Placeless)];

    private static Fault Placeless(Fault fault) => fault with { Source = "" };

    private static partial class Log
    {
        [LoggerMessage(Message = "Settings: {Fault}")]
        public static partial void Wrong(ILogger logger, LogLevel level, Fault fault);

        [LoggerMessage(Level = LogLevel.Error, Message = "Settings: {Reason}. It is tried again every few seconds")]
        public static partial void DoesNotWork(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "The settings changed, and nothing of the change is used because of that; the last good ones stay in force until the files are right or the process ends")]
        public static partial void Refused(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Account recovery is off since the start, and the settings would now let it be on: that takes a restart")]
        public static partial void StillOff(ILogger logger);

        [LoggerMessage(Level = LogLevel.Information, Message = "The settings are right again, as they are in force")]
        public static partial void GoodAgain(ILogger logger);

        [LoggerMessage(Message = "Setting changed: {Key}: {Before} -> {After}, {Effect}")]
        public static partial void Changed(ILogger logger, LogLevel level, string key, string before, string after, string effect);

        [LoggerMessage(Message = "Setting changed: {Key}: its files hold something else, {Effect}")]
        public static partial void ContentChanged(ILogger logger, LogLevel level, string key, string effect);

        [LoggerMessage(Level = LogLevel.Error, Message = "The settings could not be looked at; the last good ones stay in force")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
