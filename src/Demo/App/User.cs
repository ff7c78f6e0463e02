using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sidecar.Demo.App;

/// <summary>One row of the app's table; a record, so that an answer shows the row as it was when it was read.</summary>
internal sealed record User(string Id, string Email, string PasswordHash, bool IsActive, bool IsDeleted, DateTimeOffset Created)
{
    public string AccessToken { get; init; } = NewToken();

    public DateTimeOffset Updated { get; init; } = Created;

    public string Nickname { get; init; } = Email.Split('@')[0];

    public DateTimeOffset? LastLogin { get; init; }

    public static string NewToken() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <param name="json">Where it goes.</param>
    /// <param name="secrets">The first release that has the contract shows token and hash to the user himself, later ones do not.</param>
    public void Write(Utf8JsonWriter json, bool secrets)
    {
        json.WriteStartObject();
        if (secrets)
        {
            json.WriteString("access_token", AccessToken);
        }

        json.WriteNull("avatar");
        json.WriteString("color_schema", "Bright");
        json.WriteString("create_date", Date(Created));
        json.WriteNumber("create_time", Created.ToUnixTimeMilliseconds());
        json.WriteString("email", Email);
        json.WriteString("id", Id);
        json.WriteString("is_active", IsActive ? "1" : "0");
        json.WriteString("is_anonymous", "0");
        json.WriteString("is_authenticated", "1");
        json.WriteBoolean("is_superuser", false);
        json.WriteString("language", "English");
        json.WriteString("last_login_time", LastLogin is { } time ? Date(time) : null);
        json.WriteString("login_channel", "password");
        json.WriteString("nickname", Nickname);
        if (secrets)
        {
            json.WriteString("password", PasswordHash);
        }

        json.WriteString("status", IsDeleted ? "0" : "1");
        json.WriteString("timezone", "UTC+8\tAsia/Shanghai");
        json.WriteString("update_date", Date(Updated));
        json.WriteNumber("update_time", Updated.ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }

    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
}
