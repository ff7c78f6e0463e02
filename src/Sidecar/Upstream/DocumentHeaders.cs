using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sidecar.Upstream;

/// <summary>What the head of an answer says of a document, and what it must no longer say once our script is in it.</summary>
internal static class DocumentHeaders
{
    // Those that write plain ASCII as ASCII, with no `<` or `>` within a longer character.
    private static readonly string[] AsciiCharsets = ["utf-8", "utf8", "us-ascii", "ascii", "latin1", "iso-8859-", "windows-", "gbk", "gb2312", "gb18030", "big5", "shift_jis", "euc-", "koi8-"];

    private static readonly string[] OfTheBytes = ["Accept-Ranges", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"];

    /// <summary>Whether the answer is a whole HTML document to be shown.</summary>
    public static bool IsDocument(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status200OK
        && response.Headers.ContentType is [{ } type]
        && type.AsSpan()[..(type.IndexOf(';', StringComparison.Ordinal) is var end and >= 0 ? end : type.Length)].Trim().Equals("text/html", StringComparison.OrdinalIgnoreCase)
        && !response.Headers.ContentDisposition.ToString().TrimStart().StartsWith("attachment", StringComparison.OrdinalIgnoreCase)
        && response.Headers.ContentRange.Count == 0;

    /// <summary>What forbids to touch it; <see cref="DocumentOutcome.Tagged"/> when nothing does.</summary>
    public static DocumentOutcome Obstacle(IHeaderDictionary headers) =>
        headers.CacheControl.ToString().Contains("no-transform", StringComparison.OrdinalIgnoreCase) ? DocumentOutcome.NoTransform
        : BodyCoding.Of(headers.ContentEncoding.ToString()) is null ? DocumentOutcome.Encoding
        : !IsAscii(headers.ContentType.ToString()) ? DocumentOutcome.Charset
        : headers["Integrity-Policy"].ToString().Contains("script", StringComparison.OrdinalIgnoreCase) ? DocumentOutcome.Policy
        : DocumentOutcome.Tagged;

    /// <summary>Takes out what is true of the app's bytes alone, and sets the entity tag apart.</summary>
    public static void Mark(HttpResponse response, DocumentTag tag)
    {
        response.ContentLength = null;
        foreach (var name in OfTheBytes)
        {
            response.Headers.Remove(name);
        }

        if (response.Headers.ETag is [{ } etag] && tag.Validators.Mark(etag) is { } marked)
        {
            response.Headers.ETag = marked;
        }
        else
        {
            // A date alone would confirm a copy with the script even when it is no longer wanted.
            response.Headers.ETag = StringValues.Empty;
            response.Headers.LastModified = StringValues.Empty;
        }
    }

    private static bool IsAscii(string contentType) =>
        !MediaTypeHeaderValue.TryParse(contentType, out var type) || type.CharSet is not { } charset
        || AsciiCharsets.Any(known => charset.Trim('"', ' ').StartsWith(known, StringComparison.OrdinalIgnoreCase));
}
