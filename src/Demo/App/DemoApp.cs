namespace Sidecar.Demo.App;

/// <summary>How to start the app.</summary>
/// <param name="Flags">Where it looks for the proof of an address.</param>
internal sealed record DemoAppOptions(IVerifiedFlags Flags)
{
    /// <summary>0 takes any free port.</summary>
    public int Port { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Besides alice and bob; the same address replaces.</summary>
    public IReadOnlyList<SeededUser> ExtraUsers { get; init; } = [];

    /// <summary>Which family of releases to play.</summary>
    public AppRelease Release { get; init; }

    /// <summary>Where the app that checks the code itself keeps it; null: in memory that nobody else sees.</summary>
    public IAppStore? Store { get; init; }

    /// <summary>What RAGFlow's setting of this name says: its login page has no form then, while the login itself answers as before.</summary>
    public bool DisablePasswordLogin { get; init; }
}

/// <summary>
/// An app as strict about its contract as RAGFlow, words and all, that knows nothing of a sidecar: the demo's app, and the
/// tests' stand-in for the real one.
/// </summary>
internal sealed class DemoApp : IAsyncDisposable
{
    private readonly LoopbackSite _site;

    private DemoApp(LoopbackSite site, Users users, PasswordCipher cipher, TrapHits traps) =>
        (_site, Users, Cipher, TrapHits) = (site, users, cipher, traps);

    public Uri Address => _site.Address;

    public Users Users { get; }

    /// <summary>For clients that want to send a password.</summary>
    public PasswordCipher Cipher { get; }

    /// <summary>What reached the app's own recovery handlers; behind a sidecar it must stay empty.</summary>
    public TrapHits TrapHits { get; }

    public static async Task<DemoApp> StartAsync(DemoAppOptions options)
    {
        var users = new Users(options.Time, [.. Users.Newcomers, .. options.ExtraUsers]);
        var cipher = new PasswordCipher();
        var traps = new TrapHits(ReleaseRoutes.Traps(options.Release));
        var routes = ReleaseRoutes.Build(options, users, cipher, new Sessions(options.Time), traps);
        return new DemoApp(await LoopbackSite.StartAsync(options.Port, routes.AnswerAsync), users, cipher, traps);
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();
}
