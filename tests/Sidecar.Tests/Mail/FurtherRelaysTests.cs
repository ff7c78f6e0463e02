using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Mail;

public sealed class FurtherRelaysTests : IDisposable
{
    private const string Smtp = "smtp: { mail_server: relay.acme.io, mail_default_sender: [Acme, 'bot@acme.io'], mail_frontend_url: 'https://app.acme.io' }\n";

    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_FurtherRelay_SharesTheFirstOnesSender()
    {
        var (options, faults) = Read(Smtp + "mail: { relays: [{ name: backup, mail_server: b.acme.io, mail_port: 587, mail_use_ssl: false, mail_use_tls: true, mail_username: u, mail_password: p }] }");

        Assert.Empty(faults);
        Assert.Equal(("default", "smtp", "relay.acme.io"), (options.Smtp.Name, options.Smtp.Path, options.Smtp.Server));
        var relay = Assert.Single(options.Mail.Relays);
        Assert.Equal(("backup", "mail.relays[0]", "b.acme.io", 587, RelayEncryption.StartTls), (relay.Name, relay.Path, relay.Server, relay.Port, relay.Encryption));
        Assert.Equal(("u", "p"), (relay.Username, relay.Password));
        Assert.Equal(("Acme", "bot@acme.io", "https://app.acme.io"), (relay.FromName, relay.FromAddress, relay.FrontendUrl));
    }

    [Fact]
    public void Read_FurtherRelayWithASender_SendsAsItself()
    {
        var (options, faults) = Read(Smtp + "mail: { relays: [{ mail_server: b, mail_default_sender: [Other, 'other@acme.org'] }, { mail_server: c, mail_from_address: 'c@acme.org' }] }");

        Assert.Empty(faults);
        Assert.Equal(
            [("relay-2", "Other", "other@acme.org"), ("relay-3", "Acme", "c@acme.org")],
            options.Mail.Relays.Select(static relay => (relay.Name, relay.FromName, relay.FromAddress)));
    }

    [Fact]
    public void Read_NoSmtpSection_TheFirstOfTheListIsTheFirst()
    {
        var (options, faults) = Read("mail: { relays: [{ name: one, mail_server: b, mail_default_sender: 'b@acme.io' }, { name: two, mail_server: c, mail_default_sender: 'c@acme.io' }] }");

        Assert.Empty(faults);
        Assert.Equal(("one", "b"), (options.Smtp.Name, options.Smtp.Server));
        Assert.Equal("two", Assert.Single(options.Mail.Relays).Name);
    }

    [Theory]
    [InlineData("name: default, mail_server: b", "name")]
    [InlineData("name: none, mail_server: b", "name")]
    [InlineData("name: Back Up, mail_server: b", "name")]
    [InlineData("name: x@y.io, mail_server: b", "name")]
    [InlineData("name: backup", "mail_server")]
    [InlineData("mail_server: b, mail_port: 0", "mail_port")]
    [InlineData("mail_server: 'smtp://b'", "mail_server")]
    [InlineData("mail_server: b, mail_password: HUSH", "mail_password")]
    [InlineData("mail_server: b, mail_from_address: nobody", "mail_from_address")]
    public void Read_WrongValue_IsAFaultThatNamesTheRelaysOwnKey(string relay, string key)
    {
        var (_, faults) = Read(Smtp + $"mail: {{ relays: [{{ {relay} }}] }}");

        var fault = Assert.Single(faults);
        Assert.Equal($"mail.relays[0].{key}", fault.Key);
        Assert.DoesNotContain("HUSH", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TwoOfOneName_IsAFault() => Assert.Equal(
        "mail.relays[1].name",
        Assert.Single(Read(Smtp + "mail: { relays: [{ name: a, mail_server: b }, { name: a, mail_server: c }] }").Faults).Key);

    [Fact]
    public void Read_LoginInClearText_WarnsWithTheRelaysOwnKey()
    {
        var (options, _) = Read(Smtp + "mail: { relays: [{ mail_server: b, mail_use_ssl: false, mail_username: u, mail_password: p }] }");

        Assert.Contains("mail.relays[0].mail_use_ssl", Assert.Single(options.Mail.Relays[0].Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("idle_timeout: 30s, max_age: 10m, max_messages: 1", null)]
    [InlineData("idle_timeout: 0s", "idle_timeout")]
    [InlineData("max_age: 2h", "max_age")]
    [InlineData("max_messages: 0", "max_messages")]
    [InlineData("max_mesages: 5", "max_mesages")]
    public void Read_Pool_HoldsItsRanges(string pool, string? key)
    {
        var (options, faults) = Read(Smtp + $"mail: {{ pool: {{ {pool} }} }}");

        Assert.Equal(key is null ? [] : [$"mail.pool.{key}"], faults.Select(static fault => fault.Key));
        Assert.Equal(key is null ? new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10), 1) : (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), 100), (options.Mail.Pool.IdleTimeout, options.Mail.Pool.MaxAge, options.Mail.Pool.MaxMessages));
    }

    private (SidecarOptions Options, IReadOnlyList<Fault> Faults) Read(string yaml)
    {
        var options = _folder.Own(yaml + "\nhandoff: { redis: { host: redis } }\n").Read();
        return (options, options.Faults);
    }
}
