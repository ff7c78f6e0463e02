using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Pages;

/// <summary>
/// Style sheet, script and logo, each under a name that holds a hash of its bytes: browsers keep them for good, and a changed
/// one is another one.
/// </summary>
internal sealed class PageAssets
{
    private readonly FrozenDictionary<string, Asset> _assets;

    private PageAssets(string css, string js, string logo, IEnumerable<Asset> assets)
    {
        (Css, Js, Logo) = (css, js, logo);
        _assets = assets.ToFrozenDictionary(static asset => asset.Path, StringComparer.Ordinal);
    }

    public string Css { get; }

    public string Js { get; }

    /// <summary>Empty where there is none.</summary>
    public string Logo { get; }

    public IEnumerable<string> Paths => _assets.Keys;

    public static PageAssets Load(string path, PageLookOptions look)
    {
        var folder = $"{path}/assets/";
        var css = Asset.Of(folder, "pages", ".css", "text/css; charset=utf-8", Encoding.UTF8.GetBytes(Text($"theme-{look.Theme}.css") + Text("pages.css") + Colors(look)));
        var js = Asset.Of(folder, "pages", ".js", "text/javascript; charset=utf-8", Encoding.UTF8.GetBytes(Text("pages.js")));
        var logo = look.LogoFile.Length > 0 && Path.GetExtension(look.LogoFile).ToLowerInvariant() is var ending
            ? Asset.Of(folder, "logo", ending, ending == ".svg" ? "image/svg+xml" : "image/png", File.ReadAllBytes(look.LogoFile))
            : null;
        return new(css.Path, js.Path, logo?.Path ?? "", [css, js, .. logo is null ? Array.Empty<Asset>() : [logo]]);
    }

    public Task SendAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            PageHeaders.Write(context.Response.Headers);
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        var asset = _assets[context.Request.Path.Value!];
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.XContentTypeOptions = "nosniff";
        // A logo is an operator's file and may be opened by itself: whatever it holds does nothing here.
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        context.Response.ContentType = asset.Type;
        context.Response.ContentLength = asset.Bytes.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(asset.Bytes, context.RequestAborted).AsTask();
    }

    private static string Text(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"pages/{name}")!);
        return reader.ReadToEnd();
    }

    /// <summary>The operator's colours over the theme's; a link and the focus follow the accent.</summary>
    private static string Colors(PageLookOptions look)
    {
        var css = new StringBuilder();
        foreach (var mode in look.Colors.GroupBy(static color => color.Mode))
        {
            var values = string.Concat(mode.Select(static color => color.Name == "accent" ? $"--accent:{color.Value};--link:{color.Value};--focus:{color.Value};" : $"--{color.Name}:{color.Value};"));
            css.Append(System.Globalization.CultureInfo.InvariantCulture, $"@media (prefers-color-scheme: {mode.Key}) {{ :root {{ {values} }} }}\n");
        }

        return css.ToString();
    }

    private sealed record Asset(string Path, string Type, byte[] Bytes)
    {
        public static Asset Of(string folder, string name, string ending, string type, byte[] bytes) =>
            new($"{folder}{name}.{Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]}{ending}", type, bytes);
    }
}
