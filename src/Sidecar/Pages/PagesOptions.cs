using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Pages;

/// <summary>The sidecar's own pages, and the way to them.</summary>
internal sealed record PagesOptions
{
    public const string Section = "pages";

    private const string DefaultPath = "/user/forget";

    /// <summary><c>pages.path</c>: where the recovery page is; everything of ours is there or below. Empty: no pages. Default <c>/user/forget</c>.</summary>
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

    private static string ReadPath(SettingsSection section)
    {
        var path = section.Text("path", DefaultPath).Trim();
        if (path.Length == 0 || (PathList.IsPlain(path) && path.Length > 1 && !path.EndsWith('/')))
        {
            return path;
        }

        section.Reject("path", "is no path for a page", "write one such as /user/forget, without a slash at its end, or leave it empty for no pages");
        return DefaultPath;
    }
}
