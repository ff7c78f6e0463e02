using Sidecar.Hosting;

namespace Sidecar.Accounts;

/// <summary>How an app is asked over HTTP for an account, and what it answers.</summary>
internal sealed record HttpLookupOptions
{
    public const string Section = "http";

    /// <summary>What stands for the address in URL and body.</summary>
    public const string Placeholder = "{email}";

    private static readonly int[] Known = [200];
    private static readonly int[] Unknown = [404];

    /// <summary><c>accounts.http.url</c>: whom to ask; <c>{email}</c> in its path or query becomes the address, percent-encoded. Required.</summary>
    public string Url { get; init; } = "";

    /// <summary><c>accounts.http.method</c>: <c>GET</c> (default), <c>HEAD</c>, <c>POST</c>, <c>PUT</c> or <c>QUERY</c>.</summary>
    public string Method { get; init; } = "GET";

    /// <summary><c>accounts.http.headers.&lt;name&gt;</c>: sent along, such as <c>Authorization</c>. Default: none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary><c>accounts.http.body</c>: sent along; <c>{email}</c> becomes the address, escaped as the type asks. Default: none.</summary>
    public string Body { get; init; } = "";

    /// <summary><c>accounts.http.content_type</c>: of the body. Default <c>application/json</c>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary><c>accounts.http.exists.status</c>: statuses that mean yes, as far as the pointer agrees. Default 200.</summary>
    public IReadOnlyList<int> ExistsStatus { get; init; } = Known;

    /// <summary><c>accounts.http.exists.json_pointer</c>: where in the answer to look (RFC 6901). Default: nowhere, the status says it.</summary>
    public string? Pointer { get; init; }

    /// <summary><c>accounts.http.exists.equals</c>: what must stand there. Default: anything but null, false, 0 and what is empty.</summary>
    public string? Expected { get; init; }

    /// <summary><c>accounts.http.missing.status</c>: statuses that mean no. Default 404. Any other status means that nobody can say.</summary>
    public IReadOnlyList<int> MissingStatus { get; init; } = Unknown;

    public static HttpLookupOptions Read(SettingsSection accounts, bool isUsed)
    {
        var section = accounts.Section(Section);
        var (exists, missing) = (section.Section("exists"), section.Section("missing"));
        var options = new HttpLookupOptions
        {
            Url = section.Text("url").Trim(),
            Method = section.Choice("method", "GET", ("GET", "GET"), ("HEAD", "HEAD"), ("POST", "POST"), ("PUT", "PUT"), ("QUERY", "QUERY")),
            Headers = ReadHeaders(section.Section("headers")),
            Body = section.Text("body", secret: true),
            ContentType = section.Text("content_type", "application/json"),
            ExistsStatus = Statuses(exists, Known),
            Pointer = exists.Has("json_pointer") ? exists.Text("json_pointer") : Nothing(exists, "json_pointer"),
            Expected = exists.Has("equals") ? exists.Text("equals") : Nothing(exists, "equals"),
            MissingStatus = Statuses(missing, Unknown),
        };
        if (isUsed)
        {
            options.RejectWhatDoesNotFit(section);
        }

        return options;
    }

    /// <summary>Counts the key as known, with nothing in it.</summary>
    private static string? Nothing(SettingsSection section, string key) => section.Text(key) is { Length: > 0 } text ? text : null;

    private static KeyValuePair<string, string>[] ReadHeaders(SettingsSection section)
    {
        // In the environment a dash is written `_`.
        var headers = section.Keys.Select(key => KeyValuePair.Create(key.Replace('_', '-'), section.Text(key, secret: true))).ToArray();
        foreach (var (name, value) in headers.Where(static header => !header.Key.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') || header.Value.Any(char.IsControl)))
        {
            section.Reject(name, "is no header", "write letters, digits and dashes for its name, and one line for its value", secret: true);
        }

        return headers;
    }

    private static IReadOnlyList<int> Statuses(SettingsSection section, IReadOnlyList<int> fallback)
    {
        var statuses = new List<int>();
        foreach (var text in section.Texts("status", [.. fallback.Select(static status => status.ToString(System.Globalization.CultureInfo.InvariantCulture))]))
        {
            if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var status) && status is >= 200 and < 600)
            {
                statuses.Add(status);
            }
            else
            {
                section.Reject("status", $"holds `{text}`, which is no final status", "write statuses from 200 to 599, such as [200]");
            }
        }

        return statuses.Count > 0 ? statuses : fallback;
    }

    private void RejectWhatDoesNotFit(SettingsSection section)
    {
        if (!Uri.TryCreate(Url.Replace(Placeholder, "x", StringComparison.Ordinal), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Fragment.Length > 0
            || Url.IndexOf('/', uri.Scheme.Length + 3) is var path && Url.IndexOf(Placeholder, StringComparison.Ordinal) is >= 0 and var place && (path < 0 || place < path))
        {
            section.Reject("url", "is no address to ask, or has {email} in its host", "write one such as http://127.0.0.1:3000/internal/accounts?email={email}");
        }
        else if (!Url.Contains(Placeholder, StringComparison.Ordinal) && !Body.Contains(Placeholder, StringComparison.Ordinal))
        {
            section.Reject("url", "names no address, nor does `body`", "put {email} where the address goes");
        }

        if (Pointer is { Length: > 0 } && Pointer[0] != '/')
        {
            section.Section("exists").Reject("json_pointer", "is no JSON pointer", "begin each step with a slash, such as /user/id");
        }

        if (Pointer is null && Expected is not null)
        {
            section.Section("exists").Reject("equals", "is compared with nothing", "name the place in json_pointer");
        }

        if (ExistsStatus.Intersect(MissingStatus).Any())
        {
            section.Section("missing").Reject("status", "has a status that also means yes", "give each status one meaning");
        }
    }
}
