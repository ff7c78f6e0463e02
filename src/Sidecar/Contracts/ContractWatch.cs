using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Keeps asking the app which contract it speaks: at the start until it says so, soon after it failed a request, and now and then,
/// because an app may be replaced while nobody looks. Nothing waits for it, and the guard does not depend on it.
/// </summary>
internal sealed partial class ContractWatch(
    MountedContracts contracts,
    IReadOnlyList<ListenerOptions> listeners,
    ForwardOptions forward,
    AppTrouble trouble,
    TimeProvider time,
    ILogger<ContractWatch> logger) : BackgroundService
{
    /// <summary>How long one app may take for all its answers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ContractWatchPace _pace = new();
    private readonly long _started = time.GetTimestamp();
    private volatile string _detail = "the app was not asked yet";
    private volatile bool _isWell;
    private string _said = "";

    /// <summary>For <c>/readyz</c>: what was found, and whether it is served.</summary>
    public HealthResult Health => new(_isWell, _detail);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var look = await LookAsync(stoppingToken);
            var (least, more) = _pace.After(look.Kind);
            Judge(look);
            await Task.Delay(least, time, stoppingToken);
            await trouble.WaitAsync(more, time, stoppingToken);
        }
    }

    /// <summary>Asks each app until one tells. Never throws but at the end.</summary>
    private async Task<AppLook> LookAsync(CancellationToken stoppingToken)
    {
        var best = new AppLook(AppLookKind.Strange, "", []);
        // A client of its own: no connection is held between two looks, no span made, and nothing counted among the users' requests.
        using var client = new UpstreamClient(forward, listeners, new UpstreamTracing(false, IsMetered: false));
        foreach (var listener in listeners.DistinctBy(static listener => listener.Name))
        {
            var look = await LookAsync(client, listener, stoppingToken);
            if (look.Kind == AppLookKind.Found)
            {
                return look;
            }

            best = look.Kind > best.Kind || best.Upstream.Length == 0 ? look : best;
        }

        return best;
    }

    private static async Task<AppLook> LookAsync(UpstreamClient client, ListenerOptions listener, CancellationToken stoppingToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        bound.CancelAfter(Patience);
        try
        {
            var finding = await new ContractProbe(client.Invoker, listener.Upstream).LookAsync(bound.Token);
            return new(
                finding.Contracts.Count > 0 ? AppLookKind.Found : finding.IsStandIn ? AppLookKind.Unreachable : finding.IsRagflow ? AppLookKind.WithoutFlow : AppLookKind.Strange,
                listener.Name,
                finding.Contracts);
        }
        catch (Exception) when (!stoppingToken.IsCancellationRequested)
        {
            // Whatever it was: an app that cannot be asked must not end the process that serves it.
            return new(AppLookKind.Unreachable, listener.Name, []);
        }
    }

    private void Judge(AppLook look)
    {
        switch (look.Kind)
        {
            case AppLookKind.Found:
                Take(look);
                break;
            case AppLookKind.Unreachable when contracts.Found is null:
                (_isWell, _detail) = (false, "not known yet: the app does not answer");
                if (time.GetElapsedTime(_started) > ContractWatchPace.Long)
                {
                    Say("unreachable", () => LogUnknown(look.Upstream, List(contracts.Served)));
                }

                break;
            case AppLookKind.Strange or AppLookKind.WithoutFlow when _pace.IsSettled && contracts.Found is null:
                (_isWell, _detail) = (false, look.Kind == AppLookKind.Strange ? "not known: the app does not answer as RAGFlow does" : "the app is a RAGFlow without a forgot-password flow");
                Say(look.Kind.ToString(), () => LogStrange(look.Upstream, look.Kind == AppLookKind.Strange ? "does not answer as RAGFlow does" : "is a RAGFlow without a forgot-password flow", List(contracts.Served)));
                break;
            case AppLookKind.Strange or AppLookKind.WithoutFlow when _pace.IsSettled:
                Say(look.Kind.ToString(), () => LogNoLonger(look.Upstream, List(contracts.Found!), List(contracts.Served)));
                break;
            default:
                // Down for a moment, or starting: what was known holds.
                break;
        }
    }

    private void Take(AppLook look)
    {
        var (before, found) = (contracts.Found, List(look.Contracts));
        if (before is null || !before.SequenceEqual(look.Contracts))
        {
            contracts.Take(look.Contracts);
        }

        var fits = look.Contracts.Any(contracts.Served.Contains);
        (_isWell, _detail) = (fits, fits ? $"the app speaks {found}" : $"the app speaks {found}, and {List(contracts.Served)} is served");
        Say(found, () =>
        {
            if (!fits)
            {
                LogMismatch(look.Upstream, found, List(contracts.Served));
            }
            else if (before is null && !contracts.IsAuto)
            {
                // As the settings say; that is no news.
            }
            else if (before is null || before.SequenceEqual(look.Contracts))
            {
                LogFound(look.Upstream, found, List(contracts.Served));
            }
            else
            {
                LogChanged(look.Upstream, found, List(before), List(contracts.Served));
            }
        });
    }

    private void Say(string what, Action say)
    {
        if (_said != what)
        {
            _said = what;
            say();
        }
    }

    private static string List(IReadOnlyList<string> contracts) => string.Join(", ", contracts);

    [LoggerMessage(LogLevel.Information, "The app at {Upstream} speaks {Found}; served: {Served}")]
    private partial void LogFound(string upstream, string found, string served);

    [LoggerMessage(LogLevel.Information, "The app at {Upstream} now speaks {Found}, before it was {Before}; served from now on, without a restart: {Served}")]
    private partial void LogChanged(string upstream, string found, string before, string served);

    [LoggerMessage(LogLevel.Warning, "The app at {Upstream} speaks {Found}, and {Served} is served: its recovery paths are guarded, and resets do not go through. Set `contracts: [auto]`, or name what it speaks.")]
    private partial void LogMismatch(string upstream, string found, string served);

    [LoggerMessage(LogLevel.Warning, "The app at {Upstream} {Trouble}, so which contract it speaks is not known; served: {Served}. If it is RAGFlow, check that `listeners[].upstream` names its nginx or its API; if it is another app, name what is served in `contracts`.")]
    private partial void LogStrange(string upstream, string trouble, string served);

    [LoggerMessage(LogLevel.Warning, "The app at {Upstream} no longer answers as a RAGFlow with a forgot-password flow; before it spoke {Before}. Still served: {Served}. Check what listens there.")]
    private partial void LogNoLonger(string upstream, string before, string served);

    [LoggerMessage(LogLevel.Warning, "The app at {Upstream} has not answered for a minute, so which contract it speaks is not known; served until then: {Served}. Check that it runs and that `listeners[].upstream` names it.")]
    private partial void LogUnknown(string upstream, string served);
}
