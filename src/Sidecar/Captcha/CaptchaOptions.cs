using Sidecar.Hosting;

namespace Sidecar.Captcha;

/// <summary>The <c>captcha</c> section: how long a challenge is and how long it may be answered.</summary>
internal sealed record CaptchaOptions
{
    /// <summary>The most characters that stay legible in one picture.</summary>
    public const int MaxLength = 8;

    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);

    /// <summary><c>captcha.length</c>: characters in a challenge. 4 to 8, default 5.</summary>
    public int Length { get; init; } = 5;

    /// <summary><c>captcha.ttl</c>: from picture to answer. 10s to 10m, default 60s.</summary>
    public TimeSpan Lifetime { get; init; } = DefaultLifetime;

    /// <summary>
    /// <c>captcha.fixed_answer</c>: the answer to every challenge, only with <c>DOTNET_ENVIRONMENT=Development</c> and loopback listeners; 1 to 8 ASCII letters or digits. Makes the captcha worthless, so whoever
    /// starts the process refuses it outside Development and on listeners that are not loopback.
    /// </summary>
    public string? FixedAnswer { get; init; }

    public static CaptchaOptions Read(SettingsSection section) => new()
    {
        Length = section.Int("length", 5, 4, MaxLength),
        Lifetime = section.Duration("ttl", DefaultLifetime, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10)),
        FixedAnswer = ReadFixedAnswer(section),
    };

    private static string? ReadFixedAnswer(SettingsSection section)
    {
        const string Key = "fixed_answer";
        var text = section.Text(Key, secret: true).Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Length > MaxLength || !text.All(char.IsAsciiLetterOrDigit))
        {
            section.Reject(Key, "is not 1 to 8 letters or digits", "write a word such as ACE49, or remove the key", secret: true);
            return null;
        }

        return text.ToUpperInvariant();
    }
}
