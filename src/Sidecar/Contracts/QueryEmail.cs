using System.Text;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>Reads <c>email</c> from a raw query. The first one counts; bytes that are no UTF-8 become U+FFFD, which no address holds.</summary>
internal static class QueryEmail
{
    /// <summary>The value; empty when it is missing.</summary>
    public static string Read(string pathAndQuery)
    {
        foreach (var pair in RequestTarget.Query(pathAndQuery).TrimStart('?').ToString().Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0 && Decode(pair[..equals]) == "email")
            {
                return Decode(pair[(equals + 1)..]);
            }
        }

        return "";
    }

    private static string Decode(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text.Replace('+', ' '));
        var written = 0;
        for (var i = 0; i < bytes.Length; i++, written++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[written] = Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                bytes[written] = bytes[i];
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, written);
    }
}
