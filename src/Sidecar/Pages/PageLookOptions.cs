using System.Text.RegularExpressions;
using Sidecar.Hosting;

namespace Sidecar.Pages;

/// <summary>How the pages look: the app's name and logo, a theme, colours over it.</summary>
internal sealed partial record PageLookOptions
{
    /// <summary>The colours a theme has, each in a light and a dark one.</summary>
    public static IReadOnlyList<string> ColorNames { get; } = ["ground", "card", "border", "ink", "soft", "accent", "on-accent", "field", "danger", "good"];

    private static readonly string[] Modes = ["light", "dark"];

    /// <summary><c>pages.app_name</c>: what the pages call the app, and a name that they refuse as a password. Default: what the mails call it, else <c>RAGFlow</c>.</summary>
    public required string AppName { get; init; }

    /// <summary><c>pages.logo</c>: an <c>.svg</c> or <c>.png</c> file, absolute or from the folder of the settings. Empty (default) for none.</summary>
    public string LogoFile { get; init; } = "";

    /// <summary><c>pages.theme</c>: <c>ragflow</c> (default) or <c>neutral</c>.</summary>
    public string Theme { get; init; } = "ragflow";

    /// <summary><c>pages.colors.&lt;mode&gt;.&lt;name&gt;</c>: a colour such as <c>"#00beb4"</c> over the theme's, for <c>light</c> or <c>dark</c>.</summary>
    public IReadOnlyList<(string Mode, string Name, string Value)> Colors { get; init; } = [];

    public static PageLookOptions Read(SettingsSection section, string directory, string mailName)
    {
        var name = section.Text("app_name").Trim();
        return new()
        {
            AppName = name.Length > 0 ? name : mailName.Length > 0 ? mailName : "RAGFlow",
            LogoFile = ReadLogo(section, directory),
            Theme = section.Choice("theme", "ragflow", ("ragflow", "ragflow"), ("neutral", "neutral")),
            Colors = [.. Modes.SelectMany(mode => ReadColors(section.Section("colors").Section(mode), mode))],
        };
    }

    private static string ReadLogo(SettingsSection section, string directory)
    {
        var file = section.Text("logo").Trim();
        if (file.Length == 0)
        {
            return "";
        }

        var path = Path.GetFullPath(file, Path.GetFullPath(directory));
        if (Path.GetExtension(path).ToLowerInvariant() is not (".svg" or ".png"))
        {
            section.Reject("logo", "is neither an .svg nor a .png file", "give the path of one, absolute or from the folder of the settings");
        }
        else if (!File.Exists(path))
        {
            section.Reject("logo", $"does not exist ({path})", "give the path of an .svg or .png file");
        }
        else
        {
            return path;
        }

        return "";
    }

    private static List<(string Mode, string Name, string Value)> ReadColors(SettingsSection section, string mode)
    {
        var colors = new List<(string, string, string)>();
        foreach (var name in ColorNames)
        {
            var value = section.Text(name).Trim();
            if (value.Length > 0 && !Color.IsMatch(value))
            {
                section.Reject(name, "is no colour", "write # and three or six hexadecimal digits, in quotes, such as \"#00beb4\"");
            }
            else if (value.Length > 0)
            {
                colors.Add((mode, name, value));
            }
        }

        return colors;
    }

    [GeneratedRegex("^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")]
    private static partial Regex Color { get; }
}
