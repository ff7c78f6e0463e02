using System.IO.Compression;
using System.Reflection;

namespace Sidecar.Pages;

/// <summary>
/// The passwords that are tried first. Kept as one sorted text, unpacked when somebody first sets a password: most processes
/// never need it.
/// </summary>
internal static class CommonPasswords
{
    private const string Resource = "common-passwords.txt.gz";

    private static readonly Lazy<byte[]> Sorted = new(Unpack);

    /// <summary>Whether it is one of them, in whatever case.</summary>
    public static bool Contain(string password)
    {
        if (password.Length > 64 || password.Any(static letter => !char.IsAscii(letter)))
        {
            return false;
        }

        Span<byte> wanted = stackalloc byte[password.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            wanted[i] = (byte)char.ToLowerInvariant(password[i]);
        }

        var rest = Sorted.Value.AsSpan();
        while (rest.Length > 0)
        {
            // The line around the middle.
            var start = rest[..(rest.Length / 2)].LastIndexOf((byte)'\n') + 1;
            var end = start + rest[start..].IndexOf((byte)'\n');
            var order = wanted.SequenceCompareTo(rest[start..end]);
            if (order == 0)
            {
                return true;
            }

            rest = order < 0 ? rest[..start] : rest[(end + 1)..];
        }

        return false;
    }

    private static byte[] Unpack()
    {
        using var packed = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!;
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var text = new MemoryStream();
        gzip.CopyTo(text);
        return text.ToArray();
    }
}
