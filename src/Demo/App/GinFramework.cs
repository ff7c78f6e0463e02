namespace Sidecar.Demo.App;

/// <summary>
/// The Go releases' router: a wrong method, a doubled slash and <c>OPTIONS</c> are unknown paths, nothing is said to other origins, and
/// only a trailing slash too many is sent on.
/// </summary>
internal sealed class GinFramework : IFramework
{
    public void Prepare(HttpContext context) => context.Response.Headers["X-API-Source"] = "go";

    public string Path(string target) => RequestPath.Decoded(target);

    public (int Status, string Path)? Redirect(string method, string path, Func<string, bool> isServed) =>
        path.Length > 1 && path.EndsWith('/') && isServed(path[..^1])
            ? (HttpMethods.IsGet(method) ? StatusCodes.Status301MovedPermanently : StatusCodes.Status307TemporaryRedirect, path[..^1])
            : null;

    public Task UnknownPathAsync(HttpContext context, string path) => GoEnvelope.NotFoundAsync(context, path);

    public Task WrongMethodAsync(HttpContext context, string path, string methods) => GoEnvelope.NotFoundAsync(context, path);
}
