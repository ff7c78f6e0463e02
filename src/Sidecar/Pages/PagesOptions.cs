using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Pages;

/// <summary>The sidecar's own pages, and the way to them.</summary>
internal sealed record PagesOptions
{
    public const string Section = "pages";

    private const string DefaultPath = "/user/forget";

    /// <summary><c>pages.path</c>: the recovery page; everything of ours is there or below. Not a path of the API. Empty: no pages. While they are on, <c>/.well-known/change-password</c> leads there, and the name that password managers use to find out whether an app answers 200 to everything is 404. Default <c>/user/forget</c>.</summary>
    public string Path { get; init; } = DefaultPath;

    public LoginLinkOptions LoginLink { get; init; } = new();

    public bool AreOn => Path.Length > 0;

    public static PagesOptions Read(SettingsSection root)
    {
        var section = root.Section(Section);
        var path = ReadPath(section);
        var link = LoginLinkOptions.Read(section.Section(LoginLinkOptions.Section));
        if (link.IsEnabled && path.Length == 0)
        {
            section.Section(LoginLinkOptions.Section).Mind("enabled", "is true, and `pages.path` is empty, so there is nothing to link to", "set pages.path, or pages.login_link.enabled to false");
        }

        return new() { Path = path, LoginLink = link };
    }

    /// <summary>Whether a page can be there: in a plain spelling, and not where the API answers, or may once more of it is switched on.</summary>
    public static bool IsPage(string path) =>
        PathList.IsPlain(path) && path.Length > 1 && !path.EndsWith('/')
        && !RagflowRoutes.Guarded([], verification: true, gate: true).Any(route => route.Key.Equals(path, StringComparison.OrdinalIgnoreCase));

    private static string ReadPath(SettingsSection section)
    {
        var path = section.Text("path", DefaultPath).Trim();
        if (path.Length == 0 || IsPage(path))
        {
            return path;
        }

        section.Reject("path", "is no path for a page, or one of the API", "write one such as /user/forget, without a slash at its end, or leave it empty for no pages");
        return DefaultPath;
    }
}
