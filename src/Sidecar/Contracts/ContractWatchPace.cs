namespace Sidecar.Contracts;

/// <summary>What a look at the app came to. Of several apps the highest counts where none was found: it says most of what to wait for.</summary>
internal enum AppLookKind
{
    Found,

    /// <summary>Something answers, not in RAGFlow's words.</summary>
    Strange,

    /// <summary>A RAGFlow that speaks none of the contracts.</summary>
    WithoutFlow,

    /// <summary>No answer, or a proxy's word that there is none.</summary>
    Unreachable,
}

/// <summary>A look at the app.</summary>
/// <param name="Kind">What it came to.</param>
/// <param name="Upstream">The app that was asked.</param>
/// <param name="Contracts">What it speaks.</param>
internal sealed record AppLook(AppLookKind Kind, string Upstream, IReadOnlyList<string> Contracts);

/// <summary>When to look again: soon while an app starts, and seldom enough that its log does not fill.</summary>
internal sealed class ContractWatchPace
{
    /// <summary>How long it may take until somebody should look.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostWhileDown = TimeSpan.FromSeconds(2);

    /// <summary>A failing request is no reason to ask more often than so.</summary>
    private static readonly TimeSpan LeastWhileUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private AppLookKind _last = AppLookKind.Found;
    private TimeSpan _wait = First;
    private int _same;

    /// <summary>Whether the same was seen often enough that it is no moment of a start.</summary>
    public bool IsSettled => _same >= 2;

    /// <returns>How long not to look in any case, and how long beyond that unless a request fails.</returns>
    public (TimeSpan Least, TimeSpan More) After(AppLookKind look)
    {
        _same = look == _last ? _same + 1 : 0;
        if (look == AppLookKind.Found)
        {
            _last = look;
            return (LeastWhileUp, Period - LeastWhileUp);
        }

        var most = look == AppLookKind.Unreachable ? MostWhileDown : Period;
        _wait = look != _last ? First : _wait * 2 < most ? _wait * 2 : most;
        _last = look;
        return _wait < LeastWhileUp ? (_wait, TimeSpan.Zero) : (LeastWhileUp, _wait - LeastWhileUp);
    }
}
