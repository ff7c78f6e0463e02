using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>How long connections to a relay are kept between mails; <c>mail.pool</c>, for each relay alike.</summary>
internal sealed record SmtpPoolOptions
{
    /// <summary><c>mail.pool.idle_timeout</c>: a connection without a mail for so long is closed. 1s to 10m, 1m by default.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary><c>mail.pool.max_age</c>: an older connection takes no further mail, so that new addresses and logins come to count. 1s to 1h, 5m by default.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>mail.pool.max_messages</c>: mails for one connection. 1 to 10000, 100 by default; 1 connects for each mail.</summary>
    public int MaxMessages { get; init; } = 100;

    public static SmtpPoolOptions Read(SettingsSection section)
    {
        var defaults = new SmtpPoolOptions();
        return new()
        {
            IdleTimeout = section.Duration("idle_timeout", defaults.IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            MaxAge = section.Duration("max_age", defaults.MaxAge, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            MaxMessages = section.Int("max_messages", defaults.MaxMessages, 1, 10_000),
        };
    }
}
