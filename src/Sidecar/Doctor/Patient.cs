using Sidecar.Accounts;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Doctor;

/// <summary>Everything the doctor looks at: what the configuration says, taken apart by those who know it all.</summary>
internal sealed record Patient
{
    public required IReadOnlyList<Fault> Faults { get; init; }

    /// <summary>Whether recovery is switched off on purpose, so that what it needs may be missing.</summary>
    public bool IsRecoveryOff { get; init; }

    public bool IsDevelopment { get; init; }

    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }

    /// <summary>Sends requests to the app as the sidecar itself does.</summary>
    public required HttpMessageInvoker App { get; init; }

    public required TimeSpan AppTimeout { get; init; }

    /// <summary>The contracts that are served in front of an app that was found to speak some.</summary>
    public required Func<IReadOnlyList<string>, IReadOnlyList<string>> Served { get; init; }

    /// <summary>Whether the contracts would follow the app, which <c>app.probe: false</c> forbids to ask.</summary>
    public bool MayNotAsk { get; init; }

    /// <summary>The contracts that could be served.</summary>
    public required IReadOnlyList<string> Mountable { get; init; }

    /// <summary>The served contract that must go for another to be served; null where they get on.</summary>
    public Func<string, string?> InTheWayOf { get; init; } = static _ => null;

    /// <summary>Where the app takes resets with an assertion; null where none are sent.</summary>
    public string? ResetPath { get; init; }

    /// <summary>Whether resets are handed over through the app's Redis.</summary>
    public bool NeedsHandoff { get; init; } = true;

    /// <summary>Whether the app of such contracts compares codes of its own with what is put there for it.</summary>
    public Func<IReadOnlyList<string>, bool> HandsOverCodes { get; init; } = static _ => false;

    /// <summary>Tells accounts apart; null where every address is taken for one.</summary>
    public required IAccountLookup? Accounts { get; init; }

    /// <summary>Whether telling them apart needs the app.</summary>
    public bool AccountsAskTheApp { get; init; } = true;

    public required TimeSpan AccountsTimeout { get; init; }

    /// <summary>Whether state lives in Redis.</summary>
    public required bool UsesRedis { get; init; }

    public required RedisOptions Redis { get; init; }

    /// <summary>The app's Redis; the same object as <see cref="Redis"/> where there is only one.</summary>
    public required RedisOptions Handoff { get; init; }

    /// <summary>Whether the keys were made up for this run.</summary>
    public required bool KeysAreMadeUp { get; init; }

    public required IReadOnlyList<SmtpOptions> Relays { get; init; }

    public required MailOptions Mail { get; init; }

    /// <summary>Where a real mail goes; null for none.</summary>
    public string? SendTo { get; init; }

    /// <summary>Whether a fault of the configuration stands below one of these keys, so that a look would only repeat it.</summary>
    public bool IsFaulty(params IEnumerable<string> sections) =>
        sections.Any(section => Faults.Any(fault => !fault.IsHarmless && fault.Key.StartsWith(section, StringComparison.Ordinal)));
}
