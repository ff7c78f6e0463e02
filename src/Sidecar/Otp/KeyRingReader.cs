using System.Buffers.Text;
using System.Security.Cryptography;
using Sidecar.Hosting;

namespace Sidecar.Otp;

/// <summary>Reads the key ring apart from its use, since most of the reading is about what may be wrong with it.</summary>
internal static class KeyRingReader
{
    private const string Fix = "print one with `sidecar keygen`";
    private const int IdLength = 32;

    public static KeyRing Read(SettingsSection root, bool required)
    {
        var keys = new List<RingKey>();
        foreach (var section in root.Sections("keys"))
        {
            var id = section.Text("id");
            if (id.Length is 0 or > IdLength || !id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                section.Reject("id", $"is not a name of 1 to {IdLength} letters, digits, dots, dashes or underscores", "write one, such as 2025-01");
            }
            else if (keys.Exists(key => key.Id == id))
            {
                section.Reject("id", "names two keys", "give each key an id of its own");
            }
            else if (Secret(section, "secret", required: true) is { } secret)
            {
                keys.Add(new RingKey(id, secret));
            }
        }

        if (keys.Count == 0 && required && !root.Has("keys"))
        {
            root.Reject("keys", "is missing, and codes in Redis outlive this process", Fix);
        }

        var pepper = Secret(root, "pepper", required);
        return new KeyRing(
            keys.Count > 0 ? keys : [new RingKey(KeyRing.MadeUp, RandomNumberGenerator.GetBytes(KeyRing.SecretBytes))],
            pepper ?? RandomNumberGenerator.GetBytes(KeyRing.SecretBytes));
    }

    private static byte[]? Secret(SettingsSection section, string key, bool required)
    {
        var text = section.Secret(key).Trim();
        if (text.Length == 0)
        {
            if (required)
            {
                section.Reject(key, "is missing", Fix);
            }

            return null;
        }

        if (Decode(text) is not { Length: >= KeyRing.SecretBytes } secret)
        {
            section.Reject(key, $"is not base64 of at least {KeyRing.SecretBytes} bytes", Fix, secret: true);
            return null;
        }

        return secret;
    }

    private static byte[]? Decode(string text)
    {
        var url = text.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        try
        {
            return Base64Url.DecodeFromChars(url);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
