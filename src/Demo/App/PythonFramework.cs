using System.Text.RegularExpressions;

namespace Sidecar.Demo.App;

/// <summary>
/// Flask and Quart, which share their router: the path is decoded once, a trailing slash does not count, case does, dot segments are
/// names like any other, and a path that has a route once its doubled slashes are single is sent there by 308.
/// </summary>
/// <param name="hasNotFoundPage">
/// False for v0.21.1 to v0.22.1, where an unknown path is an exception like any other: HTTP 200, code 100.
/// </param>
internal sealed partial class PythonFramework(bool hasNotFoundPage) : IFramework
{
    public void Prepare(HttpContext context)
    {
        if (context.Request.Headers.Origin.Count > 0)
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
        }
    }

    public string Path(string target)
    {
        var path = RequestPath.Decoded(target);
        return path.Length > 1 && path.EndsWith('/') && path[^2] != '/' ? path[..^1] : path;
    }

    /// <summary>Slashes are merged two by two, so that of three in a row two remain and the path stays unknown.</summary>
    public (int Status, string Path)? Redirect(string method, string path, Func<string, bool> isServed) =>
        SlashPair().Replace(path, "/") is var merged && merged != path && isServed(Path(merged)) ? (StatusCodes.Status308PermanentRedirect, merged) : null;

    public Task UnknownPathAsync(HttpContext context, string path) =>
        hasNotFoundPage ? Envelope.NotFoundAsync(context, path) : Envelope.ExceptionAsync(context, "<NotFound '404: Not Found'>");

    public Task WrongMethodAsync(HttpContext context, string path, string methods)
    {
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            return Envelope.ExceptionAsync(context, "<MethodNotAllowed '405: Method Not Allowed'>");
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.Allow = $"{methods}, OPTIONS";
        context.Response.Headers.Vary = "Origin";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    [GeneratedRegex("//")]
    private static partial Regex SlashPair();
}
