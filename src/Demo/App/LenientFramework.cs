namespace Sidecar.Demo.App;

/// <summary>Answers as the Python releases do, but finds a route behind every disguise that some server in between might take off.</summary>
internal sealed class LenientFramework : IFramework
{
    private readonly PythonFramework _python = new(hasNotFoundPage: true);

    public void Prepare(HttpContext context) => _python.Prepare(context);

    public string Path(string target) => RequestPath.Match(target);

    public (int Status, string Path)? Redirect(string method, string path, Func<string, bool> isServed) => null;

    public Task UnknownPathAsync(HttpContext context, string path) => _python.UnknownPathAsync(context, path);

    public Task WrongMethodAsync(HttpContext context, string path, string methods) => _python.WrongMethodAsync(context, path, methods);
}
