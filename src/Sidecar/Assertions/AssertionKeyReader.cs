using System.Buffers.Text;
using Sidecar.Hosting;

namespace Sidecar.Assertions;

/// <summary>Reads <c>assertion.keys[]</c>, apart from their use.</summary>
internal static class AssertionKeyReader
{
    private const int IdLength = 32;

    /// <summary>What HS256 asks for (RFC 7518, 3.2).</summary>
    private const int SecretBytes = 32;

    private const string PemFix = "make one with `openssl ecparam -name prime256v1 -genkey -noout -out assertion.pem`";

    public static IReadOnlyList<AssertionKey> Read(SettingsSection section, string directory)
    {
        var isShared = section.Choice("algorithm", false, ("es256", false), ("hs256", true));
        var keys = new List<AssertionKey>();
        foreach (var entry in section.Sections("keys"))
        {
            var id = entry.Text("id");
            var (file, pem, secret) = (entry.Text("file"), entry.Text("pem", secret: true), entry.Secret("secret").Trim());
            if (id.Length is 0 or > IdLength || !id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                entry.Reject("id", $"is not a name of 1 to {IdLength} letters, digits, dots, dashes or underscores", "write one, such as 2026-01");
            }
            else if (keys.Exists(key => key.Id == id))
            {
                entry.Reject("id", "names two keys", "give each key an id of its own");
            }
            else
            {
                AssertionKey? key = isShared ? Shared(entry, id, secret) : Pair(entry, id, file, pem, directory);
                keys.AddRange(key is null ? [] : [key]);
            }
        }

        return keys;
    }

    private static Hs256Key? Shared(SettingsSection entry, string id, string secret)
    {
        if (Decode(secret) is { Length: >= SecretBytes } bytes)
        {
            return new(id, bytes);
        }

        entry.Reject("secret", $"is not base64 of at least {SecretBytes} bytes, which hs256 needs", "print one with `openssl rand -base64 32`, and give the app the same", secret: true);
        return null;
    }

    private static Es256Key? Pair(SettingsSection entry, string id, string file, string pem, string directory)
    {
        if (file.Length == 0 == (pem.Length == 0))
        {
            entry.Reject("file", file.Length == 0 ? "is missing, and es256 needs a private key" : "and `pem` are both given", $"name a PEM file in `file`, or put its text into `pem`; {PemFix}");
            return null;
        }

        if (file.Length > 0)
        {
            try
            {
                file = Path.GetFullPath(file, Path.GetFullPath(directory));
                entry.Refers("file", file);
                pem = SmallFile.Text(file) ?? "";
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
            {
                entry.Reject("file", SmallFile.Problem(error), "name a PEM file that the sidecar's user can read; relative paths start at the settings' folder");
                return null;
            }
        }

        if (Es256Key.Read(pem) is { } key)
        {
            return new(id, key);
        }

        entry.Reject(file.Length > 0 ? "file" : "pem", "holds no private key on P-256", PemFix, secret: file.Length == 0);
        return null;
    }

    private static byte[]? Decode(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text.TrimEnd('=').Replace('+', '-').Replace('/', '_'));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
