using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Mail;

/// <summary>
/// The mails in a browser, as wide as a phone and as a desktop's reading pane, light and dark: nothing is cut off, and every word
/// can be read. The browser measures; frames stand for the windows, so that one start serves all.
/// </summary>
public sealed partial class LayoutTests
{
    private const string LongUrl = "https://knowledge.department.example.org/a-path-that-somebody-put-behind-a-proxy/and-did-not-shorten/index.html";

    /// <summary>WCAG AA for text of this size.</summary>
    private const double LeastContrast = 4.5;

    /// <summary>Contrast by WCAG of each text against the nearest background below it, and how far the page is wider than its window.</summary>
    private const string Measure = """
        const light = color => { const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const measure = frame => {
          const page = frame.contentDocument, style = node => frame.contentWindow.getComputedStyle(node), texts = [];
          const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
          for (let text; text = walk.nextNode();) {
            if (!text.data.trim() || !text.parentElement.getClientRects().length) continue;
            let below = text.parentElement;
            while (style(below).backgroundColor === 'rgba(0, 0, 0, 0)') below = below.parentElement;
            const [a, b] = [light(style(text.parentElement).color), light(style(below).backgroundColor)].sort((x, y) => y - x);
            texts.push({ Text: text.data.trim(), Contrast: (a + 0.05) / (b + 0.05) });
          }
          const root = page.documentElement;
          return { Name: frame.name, Over: root.scrollWidth - root.clientWidth, Background: style(page.body).backgroundColor, Texts: texts };
        };
        onload = () => { document.getElementById('found').textContent = JSON.stringify([...document.querySelectorAll('iframe')].map(measure)); };
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mail_OnPhoneAndDesktop_FitsAndCanBeRead(bool isDark)
    {
        // The longest code that can be configured, and an address nobody wants to read.
        var mails = ShippedMails.All(code: "QWMZKTRBWMZKTRBQ", url: LongUrl);
        var page = new StringBuilder("<!DOCTYPE html><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">");
        foreach (var (name, mail) in mails)
        {
            foreach (var width in new[] { 360, 800 })
            {
                page.Append(CultureInfo.InvariantCulture, $"<iframe name=\"{name} {width}\" width=\"{width}\" height=\"800\" style=\"border:0\" srcdoc=\"{WebUtility.HtmlEncode(mail.Html)}\"></iframe>");
            }
        }

        page.Append(CultureInfo.InvariantCulture, $"<pre id=\"found\"></pre><script>{Measure}</script>");
        using var folder = new TempDirectory(new Dictionary<string, string> { ["mails.html"] = page.ToString() });
        var dom = await Tool.RunAsync(
            "chromium", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", $"--user-data-dir={folder.Path}/profile",
            $"--blink-settings=preferredColorScheme={(isDark ? 0 : 1)}", "--dump-dom", $"file://{folder.Path}/mails.html");

        var frames = JsonSerializer.Deserialize<Frame[]>(WebUtility.HtmlDecode(Found().Match(dom).Groups[1].Value))!;
        Assert.Equal(mails.Count * 2, frames.Length);
        Assert.All(frames, frame =>
        {
            Assert.True(frame.Over <= 0, $"{frame.Name} is {frame.Over} pixels too wide");
            Assert.Equal(isDark ? "rgb(20, 23, 26)" : "rgb(242, 244, 246)", frame.Background);
            Assert.True(frame.Texts.Count > 5, $"{frame.Name} has hardly any text");
            Assert.All(frame.Texts, text => Assert.True(text.Contrast >= LeastContrast, $"{frame.Name}: {text.Text} has contrast {text.Contrast}"));
        });
    }

    [GeneratedRegex("<pre id=\"found\">(.*?)</pre>", RegexOptions.Singleline)]
    private static partial Regex Found();

    private sealed record Frame(string Name, double Over, string Background, IReadOnlyList<Words> Texts);

    private sealed record Words(string Text, double Contrast);
}
