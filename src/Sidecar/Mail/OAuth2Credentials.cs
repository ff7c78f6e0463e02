using System.Text.Json;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// What a credentials file holds, in the forms in which people already have one: as RAGFlow's Google connectors keep it
/// (the tokens below <c>google_tokens</c>, as JSON or as a text of JSON), as RAGFlow's sign-in prints it, and as Google's own
/// tools write it (<c>"type": "authorized_user"</c>).
/// </summary>
internal sealed record OAuth2Credentials(string ClientId, string ClientSecret, string RefreshToken, string TokenUrl, IReadOnlyList<string> Scopes)
{
    private const string Key = "credentials_file";
    private const string Fix = "sign in as docs/mail.md shows and give the file with the tokens";
    private const int MostBytes = 64 * 1024;

    /// <summary>Null where the key is missing, or where the file is of no use, which is then recorded.</summary>
    public static OAuth2Credentials? Read(SettingsSection section, string directory)
    {
        var file = section.Text(Key).Trim();
        if (file.Length == 0)
        {
            return null;
        }

        try
        {
            var path = Path.GetFullPath(file, Path.GetFullPath(directory));
            section.Refers(Key, path);
            if (SmallFile.Bytes(path, MostBytes) is not { } bytes)
            {
                section.Reject(Key, "is no credentials file: it is far too long", Fix);
                return null;
            }

            using var document = JsonDocument.Parse(bytes);
            return Of(document.RootElement, section);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            section.Reject(Key, SmallFile.Problem(error), "give the path of a JSON file that the sidecar's user may read");
        }
        catch (JsonException)
        {
            section.Reject(Key, "is not JSON", Fix);
        }

        return null;
    }

    private static OAuth2Credentials? Of(JsonElement root, SettingsSection section)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("google_tokens", out var wrapped))
        {
            if (wrapped.ValueKind != JsonValueKind.String)
            {
                return Of(wrapped, section);
            }

            using var inner = JsonDocument.Parse(wrapped.GetString()!);
            return Of(inner.RootElement, section);
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            section.Reject(Key, "is no credentials file", Fix);
            return null;
        }

        var found = new OAuth2Credentials(Text(root, "client_id"), Text(root, "client_secret"), Text(root, "refresh_token"), Text(root, "token_uri"), Texts(root, "scopes"));
        if (found.RefreshToken.Length > 0)
        {
            return found;
        }

        var problem = root.TryGetProperty("installed", out _) || root.TryGetProperty("web", out _)
            ? "is the application's client file and has no refresh_token: nobody has signed in with it yet"
            : Text(root, "type") == "service_account" || root.TryGetProperty("private_key", out _) || root.TryGetProperty("google_service_account_key", out _)
            ? "is a service account's key, which has no refresh_token and cannot log in to a mailbox by SMTP"
            : "has no refresh_token, so its token would end within the hour";
        section.Reject(Key, problem, Fix);
        return null;
    }

    private static string Text(JsonElement root, string key) =>
        root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";

    private static string[] Texts(JsonElement root, string key) => root.TryGetProperty(key, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.Array => [.. value.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)],
            JsonValueKind.String => value.GetString()!.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries),
            _ => [],
        }
        : [];
}
