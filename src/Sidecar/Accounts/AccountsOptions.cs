using Sidecar.Hosting;

namespace Sidecar.Accounts;

internal enum AccountsKind
{
    /// <summary>Ask the app's login, which tells without credentials.</summary>
    Probe,

    /// <summary>Ask the app, or whoever knows its accounts, with a configured request.</summary>
    Http,

    /// <summary>Every address counts as an account; for apps that cannot be asked.</summary>
    Any,

    /// <summary>Read the app's own table of users.</summary>
    Sql,
}

/// <summary>How accounts are looked up.</summary>
/// <param name="Kind"><c>accounts.kind</c>: <c>probe</c> asks RAGFlow's login without a password; <c>sql</c> reads [its database](accounts.md); <c>http</c> asks as <c>accounts.http</c> says; <c>any</c> takes every address for an account. Default <c>probe</c>.</param>
/// <param name="Upstream"><c>accounts.upstream</c>: where the probe asks. Default: the first listener's upstream.</param>
/// <param name="Timeout"><c>accounts.timeout</c>: for one look-up. 100ms to 30s; default 3s.</param>
/// <param name="Cache"><c>accounts.cache</c>: how long an answer is kept. 0s to 1h; default 30s.</param>
internal sealed record AccountsOptions(AccountsKind Kind, Uri Upstream, TimeSpan Timeout, TimeSpan Cache)
{
    /// <summary>The request of <c>http</c>, and how its answer is read.</summary>
    public HttpLookupOptions Http { get; init; } = new();

    /// <summary>Where <c>sql</c> looks.</summary>
    public SqlOptions Sql { get; init; } = new();

    /// <summary>The kind as settings and telemetry word it.</summary>
    public string KindName => Kind switch { AccountsKind.Http => "http", AccountsKind.Any => "any", AccountsKind.Sql => "sql", _ => "probe" };

    public const string Section = "accounts";

    public static AccountsOptions Read(SettingsSection root, Uri appUpstream)
    {
        var section = root.Section(Section);
        var upstream = section.Text("upstream", appUpstream.ToString());
        if (!Uri.TryCreate(upstream, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            section.Reject("upstream", "is not the address of an app", "write scheme, host and port, such as http://127.0.0.1:9380");
            uri = appUpstream;
        }

        var kind = section.Choice("kind", AccountsKind.Probe, ("probe", AccountsKind.Probe), ("sql", AccountsKind.Sql), ("http", AccountsKind.Http), ("any", AccountsKind.Any));
        return new(
            kind,
            uri,
            section.Duration("timeout", TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30)),
            section.Duration("cache", TimeSpan.FromSeconds(30), TimeSpan.Zero, TimeSpan.FromHours(1)))
        {
            Http = HttpLookupOptions.Read(section, kind == AccountsKind.Http),
            Sql = SqlOptions.Read(root, section, kind == AccountsKind.Sql),
        };
    }
}
