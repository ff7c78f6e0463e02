namespace Sidecar.Demo.App;

/// <summary>What each family of releases serves, and no more.</summary>
internal static class ReleaseRoutes
{
    private static readonly AppPaths[] Both = [AppPaths.V1, AppPaths.Rest];

    /// <summary>Where a release's own insecure handlers live.</summary>
    public static IEnumerable<string> Traps(AppRelease release) => release == AppRelease.Any ? TrapRoutes.All : AppPaths.Of(release).Traps;

    public static RouteTable Build(DemoAppOptions options, Users users, PasswordCipher cipher, Sessions sessions, TrapHits traps)
    {
        var release = options.Release;
        var routes = new RouteTable(Framework(release), traps);
        foreach (var paths in release == AppRelease.Any ? Both : [AppPaths.Of(release)])
        {
            SystemRoutes.Add(routes, paths, options.DisablePasswordLogin);
            RegisterRoutes.Add(routes, paths, users, cipher, sessions);
            LoginRoutes.AddPublicKey(routes, paths, cipher);
            switch (paths.Release)
            {
                case AppRelease.RestGo:
                    GoRoutes.Add(routes, paths, users, cipher, sessions, options.Flags);
                    break;
                case AppRelease.V1Single:
                    LoginRoutes.Add(routes, paths, users, cipher, sessions);
                    SingleResetRoute.Add(routes, paths, users, sessions, options.Store ?? new InProcessStore(options.Time));
                    break;
                default:
                    LoginRoutes.Add(routes, paths, users, cipher, sessions);
                    ResetRoutes.Add(routes, paths, users, cipher, sessions, options.Flags);
                    break;
            }
        }

        routes.Add("GET, HEAD", "/", new LoginPage(AppPaths.Of(release), options.DisablePasswordLogin).SendAsync);
        TrapRoutes.Add(routes, Traps(release), Methods(release));
        TrafficRoutes.Add(routes, options.Time, hasTwoTypes: release is AppRelease.V1Single or AppRelease.V1 or AppRelease.Rest);
        return routes;
    }

    private static IFramework Framework(AppRelease release) => release switch
    {
        AppRelease.Any => new LenientFramework(),
        AppRelease.RestGo => new GinFramework(),
        _ => new PythonFramework(hasNotFoundPage: release != AppRelease.V1Single),
    };

    /// <summary>The app that plays several releases has a trap behind every method.</summary>
    private static Func<string, string> Methods(AppRelease release)
    {
        var paths = AppPaths.Of(release);
        return path => release == AppRelease.Any ? "" : path != paths.Captcha ? "POST" : paths.CaptchaMethod == "GET" ? "GET, HEAD" : paths.CaptchaMethod;
    }
}
