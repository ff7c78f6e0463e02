using Microsoft.AspNetCore.Http.Extensions;

namespace Sidecar.Demo.App;

/// <summary>
/// The app's routes, matched case-sensitively as its framework reads a target. Not ASP.NET's routing, which folds case.
/// </summary>
internal sealed class RouteTable(IFramework framework, TrapHits traps)
{
    private readonly Dictionary<string, (string Methods, RequestDelegate Handler)> _exact = new(StringComparer.Ordinal);
    private readonly List<(string Prefix, RequestDelegate Handler)> _prefixes = [];

    /// <param name="methods">Separated by <c>, </c>; empty for any.</param>
    /// <param name="path">As <see cref="IFramework.Path"/> gives it.</param>
    /// <param name="handler">Answers.</param>
    public void Add(string methods, string path, RequestDelegate handler) => _exact.Add(path, (methods, handler));

    /// <summary>Everything whose raw path starts so, any method, before it is decoded.</summary>
    public void AddRawPrefix(string prefix, RequestDelegate handler) => _prefixes.Add((prefix, handler));

    public async Task AnswerAsync(HttpContext context)
    {
        framework.Prepare(context);
        try
        {
            await DispatchAsync(context);
        }
        catch (AppException exception)
        {
            await Envelope.ExceptionAsync(context, exception.Message);
        }
    }

    private Task DispatchAsync(HttpContext context)
    {
        var target = RequestPath.RawTarget(context);
        var raw = RequestPath.Raw(target);
        if (_prefixes.Find(entry => raw.StartsWith(entry.Prefix, StringComparison.Ordinal)).Handler is { } prefixed)
        {
            return prefixed(context);
        }

        traps.Look(context);
        var path = framework.Path(target);
        if (!_exact.TryGetValue(path, out var route))
        {
            var whole = RequestPath.Decoded(target);
            return framework.Redirect(context.Request.Method, whole, other => Serves(other, context.Request.Method)) is { } elsewhere
                ? RedirectAsync(context, elsewhere.Status, elsewhere.Path)
                : framework.UnknownPathAsync(context, whole);
        }

        return Serves(path, context.Request.Method) ? route.Handler(context) : framework.WrongMethodAsync(context, path, route.Methods);
    }

    private bool Serves(string path, string method) =>
        _exact.TryGetValue(path, out var route) && (route.Methods.Length == 0 || route.Methods.Split(", ").Contains(method, StringComparer.Ordinal));

    private static Task RedirectAsync(HttpContext context, int status, string path)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.Location = UriHelper.BuildAbsolute(context.Request.Scheme, context.Request.Host, "", path, context.Request.QueryString);
        return context.Response.WriteAsync("<!doctype html><title>Redirecting</title>\n", context.RequestAborted);
    }
}
