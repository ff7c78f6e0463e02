using System.IO.Compression;

namespace Sidecar.Upstream;

/// <summary>A content coding that can be taken off and put on again.</summary>
internal sealed class BodyCoding
{
    private static readonly BodyCoding Identity = new("identity", null, null);

    private static readonly BodyCoding[] All =
    [
        Identity,
        new("gzip", static stream => new GZipStream(stream, CompressionMode.Decompress), static stream => new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true)),
        new("br", static stream => new BrotliStream(stream, CompressionMode.Decompress), static stream => new BrotliStream(stream, CompressionLevel.Optimal, leaveOpen: true)),
    ];

    private readonly string _name;
    private readonly Func<Stream, Stream>? _compress;
    private readonly Func<Stream, Stream>? _decompress;

    private BodyCoding(string name, Func<Stream, Stream>? decompress, Func<Stream, Stream>? compress) =>
        (_name, _decompress, _compress) = (name, decompress, compress);

    public bool IsIdentity => _compress is null;

    /// <summary>The coding that <c>Content-Encoding</c> names; null when it is another, or several.</summary>
    public static BodyCoding? Of(string contentEncoding)
    {
        var name = contentEncoding.Trim();
        return name.Length == 0 ? Identity : All.FirstOrDefault(coding => IsNamed(coding, name));
    }

    /// <summary>What is left of an <c>Accept-Encoding</c> when the app may only choose what can be taken off.</summary>
    public static string Known(string acceptEncoding)
    {
        var offered = acceptEncoding.Split(',');
        var known = offered.Where(static offer => All.Any(coding => IsNamed(coding, offer.Split(';')[0].Trim()))).ToArray();
        return known.Length == offered.Length ? acceptEncoding : known.Length == 0 ? Identity._name : string.Join(',', known).Trim();
    }

    public Stream Decoded(Stream stream) => _decompress?.Invoke(stream) ?? stream;

    /// <param name="stream">The plain bytes.</param>
    /// <param name="flushes">Whether each piece must arrive as it comes.</param>
    public Stream Encoded(Stream stream, bool flushes) => _compress is null ? stream : new CompressedStream(stream, _compress, flushes);

    private static bool IsNamed(BodyCoding coding, string name) =>
        name.Equals(coding._name, StringComparison.OrdinalIgnoreCase)
        || (coding._name == "gzip" && name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase));
}
