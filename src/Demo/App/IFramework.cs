namespace Sidecar.Demo.App;

/// <summary>What the app's web framework does around its handlers: which path a target means, and what it answers where no handler does.</summary>
internal interface IFramework
{
    /// <summary>Headers that every answer bears.</summary>
    void Prepare(HttpContext context);

    /// <summary>The path that routes are looked up by.</summary>
    string Path(string target);

    /// <summary>Where else the framework would have found a path that has no route; null: nowhere.</summary>
    /// <param name="method">The request's.</param>
    /// <param name="path">Decoded once.</param>
    /// <param name="isServed">Whether a path has a route for this method.</param>
    (int Status, string Path)? Redirect(string method, string path, Func<string, bool> isServed);

    /// <param name="context">The exchange.</param>
    /// <param name="path">Decoded once.</param>
    Task UnknownPathAsync(HttpContext context, string path);

    /// <param name="context">The exchange.</param>
    /// <param name="path">As <see cref="Path"/> gave it.</param>
    /// <param name="methods">What the route serves, separated by <c>, </c>.</param>
    Task WrongMethodAsync(HttpContext context, string path, string methods);
}
