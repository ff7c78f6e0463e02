namespace Sidecar.Demo.App;

/// <summary>
/// Stand where the app's own insecure recovery handlers live. They do nothing: that they were reached is in <see cref="TrapHits"/>, and a
/// sidecar in front must never let that happen.
/// </summary>
internal static class TrapRoutes
{
    /// <summary>For the app that plays several releases at once, v1-single's reset among them.</summary>
    public static IReadOnlyList<string> All { get; } = [AppPaths.V1Single.Reset, .. AppPaths.V1.Traps, .. AppPaths.Rest.Traps];

    /// <param name="routes">The app's.</param>
    /// <param name="paths">Where the handlers live.</param>
    /// <param name="methods">As the release serves them; empty for any.</param>
    public static void Add(RouteTable routes, IEnumerable<string> paths, Func<string, string> methods)
    {
        foreach (var path in paths)
        {
            routes.Add(methods(path), path, static context => Envelope.OkAsync(context, static json => json.WriteBooleanValue(true), "the app's own handler"));
        }
    }
}
