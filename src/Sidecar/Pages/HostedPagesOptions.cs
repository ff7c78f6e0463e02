using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Verification;

namespace Sidecar.Pages;

/// <summary>What the hosted pages are made of: <c>pages.*</c> but the path and the ways to it.</summary>
internal sealed record HostedPagesOptions(PageLookOptions Look, PasswordOptions Password, PageTexts Texts, PageTemplates Templates)
{
    private const string DefaultVerifyPath = "/user/verify";
    private const string Folder = "pages";

    /// <summary><c>pages.login_url</c>: where the app's login is, a path on this host. Default <c>/</c>.</summary>
    public string LoginUrl { get; init; } = "/";

    /// <summary><c>pages.signup_url</c>: where the app's sign-up is, to go on to from a verified address. Default <c>/</c>.</summary>
    public string SignupUrl { get; init; } = "/";

    /// <summary><c>pages.verify_path</c>: the page that verifies an address, where <c>verification.enabled</c>; empty for none. Default <c>/user/verify</c>.</summary>
    public string VerifyPath { get; init; } = DefaultVerifyPath;

    /// <summary><c>pages.language</c>: what somebody reads whose browser asks for no language that is there. Default <c>en</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary><c>pages.contract</c>: whose reset the new password goes to: <c>auto</c> (the newest of <c>contracts</c> that the app has), or the name of one. Default <c>auto</c>.</summary>
    public string Contract { get; init; } = "";

    /// <param name="root">All settings.</param>
    /// <param name="directory">The folder of the settings; relative paths start there.</param>
    /// <param name="path">Where the recovery page is.</param>
    /// <param name="mailName">What the mails call the app.</param>
    /// <param name="contracts">The contracts that are served.</param>
    public static HostedPagesOptions Read(SettingsSection root, string directory, string path, string mailName, IReadOnlyCollection<string> contracts)
    {
        var section = root.Section("pages");
        var folders = Folders(section, directory);
        var texts = PageTexts.Load(folders, section.Section("texts"), root.Faults);
        var contract = section.Text("contract", "auto").Trim();
        if (contract != "auto" && !RagflowRoutes.Contracts.Contains(contract) && contract != GenericRoutes.Contract)
        {
            section.Reject("contract", "is no contract whose reset the pages know", $"write auto, {string.Join(", ", RagflowRoutes.Contracts)} or {GenericRoutes.Contract}");
            contract = "auto";
        }

        return new(
            PageLookOptions.Read(section, directory, mailName),
            PasswordOptions.Read(section.Section(PasswordOptions.Section), directory, contracts),
            texts,
            PageTemplates.Load(folders, texts.Languages.Contains("en") ? texts.Of("en").Keys : [], root.Faults))
        {
            LoginUrl = ReadUrl(section, "login_url", "/"),
            SignupUrl = ReadUrl(section, "signup_url", "/"),
            VerifyPath = ReadVerifyPath(section, path, root.Section(VerificationOptions.Section).Text("enabled").Trim() is not ("" or "false")),
            Language = ReadLanguage(section, texts),
            Contract = contract == "auto" ? "" : contract,
        };
    }

    private static string ReadVerifyPath(SettingsSection section, string recovery, bool isUsed)
    {
        var path = section.Text("verify_path", DefaultVerifyPath).Trim();
        if (path.Length == 0 || (PagesOptions.IsPage(path) && (path != recovery || !isUsed)))
        {
            return path;
        }

        section.Reject("verify_path", "is no path for a page, or the recovery page's, or one of the API", $"write one such as {DefaultVerifyPath}, without a slash at its end, or leave it empty for no such page");
        return recovery == DefaultVerifyPath ? "" : DefaultVerifyPath;
    }

    private static string ReadLanguage(SettingsSection section, PageTexts texts)
    {
        var language = section.Text("language", "en").Trim();
        if (LanguageTag.Lookup([language], texts.Languages) is null)
        {
            section.Reject("language", "is no language that the pages have texts in", $"write one of {string.Join(", ", texts.Languages)}, or add its file to the folder of `pages.templates`");
        }

        return language;
    }

    private static string ReadUrl(SettingsSection section, string key, string fallback)
    {
        var url = section.Text(key, fallback).Trim();
        if (url.Length > 0 && url[0] == '/' && !url.StartsWith("//", StringComparison.Ordinal) && !url.Any(static letter => letter is '\\' or < ' '))
        {
            return url;
        }

        section.Reject(key, "is no path on this host", $"write one such as {fallback}");
        return fallback;
    }

    /// <summary>The shipped folder, and over it the operator's.</summary>
    /// <remarks><c>pages.templates</c>: a folder of templates and texts over the shipped ones. Default <c>pages</c> beside the settings.</remarks>
    private static string[] Folders(SettingsSection section, string directory)
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "conf", Folder);
        var configured = section.Text("templates").Trim();
        var own = Path.GetFullPath(configured.Length > 0 ? configured : Folder, Path.GetFullPath(directory));
        if (configured.Length > 0 && !Directory.Exists(own))
        {
            section.Reject("templates", "is not a folder that can be read", "give the folder that holds your templates and texts, or leave it out for the shipped ones");
        }

        return own == Path.GetFullPath(shipped) ? [shipped] : [shipped, own];
    }
}
