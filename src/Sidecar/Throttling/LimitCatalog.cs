using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>All limits there are, with what holds where nothing is set; a new one is a property and a line in <see cref="Read"/>.</summary>
internal sealed record LimitCatalog
{
    public const string Section = "limits";

    /// <summary>Requests to taken-over routes from one client address. Default 60 a minute.</summary>
    public LimitOptions Client { get; init; } = new("client") { Permits = 60, Window = TimeSpan.FromMinutes(1) };

    /// <summary>Pictures for one client address. Default 30 a minute.</summary>
    public LimitOptions Captcha { get; init; } = new("captcha") { Permits = 30, Window = TimeSpan.FromMinutes(1) };

    /// <summary>Codes to one address; one client network may take half, rounded up. Default 5 an hour.</summary>
    public LimitOptions RecipientHour { get; init; } = new("recipient-hour") { Permits = 5, Window = TimeSpan.FromHours(1) };

    /// <summary>Codes to one address; one client network may take half, rounded up. Default 10 a day.</summary>
    public LimitOptions RecipientDay { get; init; } = new("recipient-day") { Permits = 10, Window = TimeSpan.FromHours(24) };

    /// <summary>Codes tried for one address, right or wrong, over all its flows. Default 100 a day.</summary>
    public LimitOptions Guesses { get; init; } = new("guesses") { Permits = 100, Window = TimeSpan.FromHours(24) };

    /// <summary>Mails offered to relays, to whomever. Default 600 an hour.</summary>
    public LimitOptions MailGlobal { get; init; } = new("mail-global") { Permits = 600, Window = TimeSpan.FromHours(1) };

    /// <summary>Codes to one mail domain. Off by default, since the large providers are one domain each; then 100 an hour.</summary>
    public LimitOptions Domain { get; init; } = new("domain") { Permits = 100, Window = TimeSpan.FromHours(1), Mode = LimitMode.Off };

    /// <summary>Limits on paths that are passed on. Default: none.</summary>
    public IReadOnlyList<ForwardedLimitOptions> Forwarded { get; init; } = [];

    public static LimitCatalog Read(SettingsSection limits)
    {
        var defaults = new LimitCatalog();
        return new LimitCatalog
        {
            Client = LimitOptions.Read(limits, defaults.Client),
            Captcha = LimitOptions.Read(limits, defaults.Captcha),
            RecipientHour = LimitOptions.Read(limits, defaults.RecipientHour),
            RecipientDay = LimitOptions.Read(limits, defaults.RecipientDay),
            Guesses = LimitOptions.Read(limits, defaults.Guesses),
            MailGlobal = LimitOptions.Read(limits, defaults.MailGlobal),
            Domain = LimitOptions.Read(limits, defaults.Domain),
            Forwarded = ForwardedLimitOptions.Read(limits),
        };
    }
}
