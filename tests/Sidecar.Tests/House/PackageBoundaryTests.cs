namespace Sidecar.Tests.House;

/// <summary>A package that one file knows can be exchanged there; these are the files.</summary>
public sealed class PackageBoundaryTests
{
    [Theory]
    [InlineData("MailKit", "Sidecar.Mail.SmtpSession")]
    [InlineData("MimeKit", "Sidecar.Mail.MimeComposer", "Sidecar.Mail.SmtpSession")]
    [InlineData("HandlebarsDotNet", "Sidecar.Mail.MailTemplate", "Sidecar.Pages.PageTemplate")]
    [InlineData("MySqlConnector", "Sidecar.Accounts.MySqlDatabase")]
    [InlineData("Npgsql", "Sidecar.Accounts.PostgresDatabase")]
    [InlineData("YamlDotNet", "Sidecar.Hosting.YamlSettings")]
    [InlineData("StackExchange.Redis", "Sidecar.Doctor.RedisLook", "Sidecar.Hosting.RedisConfiguration", "Sidecar.Hosting.RedisConnection", "Sidecar.Hosting.RedisLink", "Sidecar.Hosting.RedisLogin", "Sidecar.Hosting.RedisScript", "Sidecar.Hosting.RedisSentinels", "Sidecar.Hosting.RedisTrouble", "Sidecar.Mail.OutboxScripts", "Sidecar.Otp.RedisOtpStore", "Sidecar.Throttling.RedisWindowLimiter", "Sidecar.Upstream.RedisHandoff")]
    [InlineData("SkiaSharp", "Sidecar.Captcha.CaptchaClutter", "Sidecar.Captcha.CaptchaGlyphs", "Sidecar.Captcha.CaptchaPainter", "Sidecar.Captcha.CaptchaTide", "Sidecar.Captcha.CaptchaWarp")]
    public void Package_KnownTo_OnlyItsFiles(string package, params string[] files)
    {
        var known = typeof(SidecarOptions).Assembly.GetTypes()
            .Where(static type => !type.IsNested)
            .Where(type => TypeReferences.Of(type).Any(reference => Rooms.IsBelow(reference.Namespace, package)))
            .Select(static type => type.FullName!)
            .ToArray();

        Assert.NotEmpty(known);
        Assert.Empty(known.Except(files));
    }
}
