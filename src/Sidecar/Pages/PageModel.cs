using System.Globalization;

namespace Sidecar.Pages;

/// <summary>What a page shows besides its words.</summary>
/// <param name="Page">The template.</param>
/// <param name="Picture">The captcha's picture as a data URL; empty for none.</param>
internal readonly record struct PageView(string Page, string Picture = "");

/// <summary>Puts words and values together for the templates. Dictionaries alone, since templates read nothing else in a native binary.</summary>
internal sealed class PageModel(PageJourney journey, HostedPagesOptions options, PageAssets assets, TimeProvider clock)
{
    /// <summary>What is no mistake of anybody's.</summary>
    private static readonly string[] Friendly = ["cooling", "cooling_code", "elsewhere"];

    public string Render(PageState state, string language, PageView view)
    {
        var texts = Words(language);
        var notice = NoticeOf(state, texts);
        var isError = notice is not null && notice["error"] is true;
        var (title, heading) = (texts["title"], texts[$"{view.Page}_heading"]);
        // All steps have one address: in history, tabs and screen readers only the title tells them apart.
        title = heading == title ? title : $"{heading} · {title}";
        var model = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["t"] = texts.ToDictionary(static entry => entry.Key, static entry => (object?)entry.Value, StringComparer.Ordinal),
            ["lang"] = language,
            ["page"] = state.FormToken,
            ["path"] = journey.Path,
            ["css"] = assets.Css,
            ["js"] = assets.Js,
            ["logo"] = assets.Logo,
            ["app"] = options.Look.AppName,
            ["page_title"] = $"{(isError ? texts["error_title"].Replace("{title}", title, StringComparison.Ordinal) : title)} · {options.Look.AppName}",
            ["login_url"] = options.LoginUrl,
            ["next_url"] = journey.NextUrl,
            ["address"] = state.Address,
            ["notice"] = notice is not null,
            // Of the field, and not of what led here.
            ["error"] = isError && state.Notice.Key.StartsWith(state.Step.ToString(), StringComparison.OrdinalIgnoreCase),
            ["picture"] = view.Picture,
            ["locked"] = state.LockedUntil > clock.GetUtcNow(),
            ["min"] = options.Password.MinLength.ToString(CultureInfo.InvariantCulture),
        };
        Countdown(model, "resend_", texts["code_resend_wait"], state.ResendAt, texts);
        return options.Templates.Render(
            view.Page,
            model,
            notice is null ? null : Below(model, notice),
            Progress(state, texts).Select(step => Below(model, step)),
            options.Texts.Languages.Select(code => Below(model, new() { ["code"] = code, ["name"] = options.Texts.Of(code)["language"], ["current"] = code == language })));
    }

    /// <summary>The words of a language, those of this journey before the common ones, with all that is the same on every page filled in.</summary>
    private Dictionary<string, string> Words(string language)
    {
        var all = options.Texts.Of(language);
        var longest = (options.Password.Encoding ?? PasswordEncoding.Plain).MostBytes.ToString(CultureInfo.InvariantCulture);
        var lifetime = Duration(journey.Proof.CodeLifetime, all);
        return all.ToDictionary(static entry => entry.Key, entry => all.GetValueOrDefault($"{journey.Name}_{entry.Key}", entry.Value)
            .Replace("{app}", options.Look.AppName, StringComparison.Ordinal)
            .Replace("{min}", options.Password.MinLength.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{max}", longest, StringComparison.Ordinal)
            .Replace("{lifetime}", lifetime, StringComparison.Ordinal)
            .Replace("{length}", (entry.Key.StartsWith("picture", StringComparison.Ordinal) ? journey.CaptchaLength : journey.CodeLength).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    private Dictionary<string, object?>? NoticeOf(PageState state, Dictionary<string, string> texts)
    {
        var notice = state.LockedUntil > clock.GetUtcNow() ? new("locked", state.LockedUntil) : state.Notice;
        if (!texts.TryGetValue($"notice_{notice.Key}", out var text) || (notice.Until != default && notice.Until <= clock.GetUtcNow()))
        {
            return null;
        }

        var isError = !Friendly.Contains(notice.Key);
        var model = new Dictionary<string, object?>(StringComparer.Ordinal) { ["kind"] = isError ? "error" : "info", ["role"] = isError ? "alert" : "status", ["error"] = isError };
        Countdown(model, "", text, notice.Until, texts);
        return model;
    }

    /// <summary>A text around a time that counts down.</summary>
    private void Countdown(Dictionary<string, object?> model, string prefix, string text, DateTimeOffset until, Dictionary<string, string> texts)
    {
        var left = until - clock.GetUtcNow();
        var parts = text.Split("{wait}", 2);
        model[prefix + "before"] = parts[0];
        model[prefix + "after"] = parts.Length > 1 ? parts[1] : "";
        model[prefix + "wait"] = parts.Length > 1 && left > TimeSpan.Zero ? Duration(left, texts) : "";
        model[prefix + "seconds"] = Math.Ceiling(Math.Max(left.TotalSeconds, 0)).ToString(CultureInfo.InvariantCulture);
    }

    private IEnumerable<Dictionary<string, object?>> Progress(PageState state, Dictionary<string, string> texts) => journey.Steps.Select(step => new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["name"] = texts[$"step_{step.ToString().ToLowerInvariant()}"],
        ["current"] = step == state.Step,
        ["done"] = step < state.Step,
    });

    private static string Duration(TimeSpan span, IReadOnlyDictionary<string, string> texts)
    {
        var seconds = (long)Math.Ceiling(span.TotalSeconds);
        var (n, one, many) = seconds < 120 ? (seconds, "second", "seconds") : seconds < 7200 ? ((seconds + 59) / 60, "minute", "minutes") : ((seconds + 3599) / 3600, "hour", "hours");
        return n == 1 ? texts[one] : texts[many].Replace("{n}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static Dictionary<string, object?> Below(Dictionary<string, object?> model, Dictionary<string, object?> own)
    {
        var joined = new Dictionary<string, object?>(model, StringComparer.Ordinal);
        foreach (var (name, value) in own)
        {
            joined[name] = value;
        }

        return joined;
    }
}
