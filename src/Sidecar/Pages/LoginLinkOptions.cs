using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Pages;

/// <summary>A link to the recovery page, put into the app's own login form.</summary>
internal sealed record LoginLinkOptions
{
    public const string Section = "login_link";

    private static readonly string[] DefaultPaths = ["/", "/login"];

    private static readonly Dictionary<string, string> BuiltIn = new(StringComparer.OrdinalIgnoreCase)
    {
        ["en"] = "Forgot password?",
        ["zh"] = "忘记密码？",
        ["zh-Hant"] = "忘記密碼？",
    };

    /// <summary><c>pages.login_link.enabled</c>: a link to that page in the app's login form, see [login link](#login-link). Default false, and then no byte of the app's changes.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>
    /// <c>pages.login_link.paths</c>: the documents that get the script, and the addresses at which it shows the link: paths, or beginnings of
    /// paths with a <c>*</c> behind them. Default <c>[/, /login]</c>.
    /// </summary>
    public PathList Paths { get; init; } = new(DefaultPaths);

    /// <summary><c>pages.login_link.text.&lt;language&gt;</c>: the link's words by language tag. English and Chinese are built in.</summary>
    public IReadOnlyDictionary<string, string> Text { get; init; } = BuiltIn;

    /// <summary><c>pages.login_link.selector</c>: a CSS selector of what the link is put behind. Default none: the login form's password field is looked for.</summary>
    public string Selector { get; init; } = "";

    public static LoginLinkOptions Read(SettingsSection section) => new()
    {
        IsEnabled = section.Bool("enabled", false),
        Paths = ReadPaths(section),
        Text = ReadText(section.Section("text")),
        Selector = section.Text("selector").Trim(),
    };

    private static PathList ReadPaths(SettingsSection section)
    {
        var paths = section.Texts("paths", DefaultPaths);
        if (paths.Count > 0 && paths.All(PathList.IsPattern))
        {
            return new(paths);
        }

        section.Reject("paths", "is empty or holds something that is no path", "write paths such as [/, /login], or beginnings of paths such as /app/*");
        return new(DefaultPaths);
    }

    private static Dictionary<string, string> ReadText(SettingsSection section)
    {
        var texts = new Dictionary<string, string>(BuiltIn, StringComparer.OrdinalIgnoreCase);
        foreach (var language in section.Keys)
        {
            var text = section.Text(language).Trim();
            if (text.Length == 0 || !language.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            {
                section.Reject(language, "is no language with a text", "write a language tag and the link's words behind it, such as de: Passwort vergessen?");
            }
            else
            {
                // In the environment `-` is written `_`.
                texts[language.Replace('_', '-')] = text;
            }
        }

        return texts;
    }
}
