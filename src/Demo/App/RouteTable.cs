namespace Sidecar.Demo.App;

/// <summary>
/// The app's routes, matched case-sensitively, with the answers its framework gives to everything else. Not ASP.NET's
/// routing, which folds case.
/// </summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, (string Methods, RequestDelegate Handler)> _exact = new(StringComparer.Ordinal);
    private readonly List<(string Prefix, RequestDelegate Handler)> _prefixes = [];

    /// <param name="methods">Separated by <c>, </c>; empty for any.</param>
    /// <param name="path">As <see cref="RequestPath.Match"/> gives it.</param>
    /// <param name="handler">Answers.</param>
    public void Add(string methods, string path, RequestDelegate handler) => _exact.Add(path, (methods, handler));

    /// <summary>Everything whose raw path starts so, any method, before it is decoded.</summary>
    public void AddRawPrefix(string prefix, RequestDelegate handler) => _prefixes.Add((prefix, handler));

    public async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Headers.Origin.Count > 0)
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
        }

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

        var path = RequestPath.Match(target);
        if (!_exact.TryGetValue(path, out var route))
        {
            return Envelope.NotFoundAsync(context, path);
        }

        if (route.Methods.Length == 0 || route.Methods.Split(", ").Contains(context.Request.Method, StringComparer.Ordinal))
        {
            return route.Handler(context);
        }

        return HttpMethods.IsOptions(context.Request.Method)
            ? PreflightAsync(context, route.Methods)
            : Envelope.ExceptionAsync(context, "<MethodNotAllowed '405: Method Not Allowed'>");
    }

    private static Task PreflightAsync(HttpContext context, string methods)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.Allow = $"{methods}, OPTIONS";
        context.Response.Headers.Vary = "Origin";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
