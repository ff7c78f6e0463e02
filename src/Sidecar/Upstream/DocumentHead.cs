using System.Buffers;

namespace Sidecar.Upstream;

/// <summary>
/// The beginning of a document, read as far as it takes to find where the head ends, but no further than a bound. What was
/// read is kept as it came, so that the document can still go on untouched.
/// </summary>
internal sealed class DocumentHead
{
    /// <summary>Enough for a head with all its styles; what is longer is left alone.</summary>
    public const int MostBytes = 256 * 1024;

    private const int PieceBytes = 16 * 1024;

    private readonly RecordedStream _source;
    private readonly Stream _decoded;
    private readonly BodyCoding _coding;
    private readonly ArrayBufferWriter<byte> _read = new(PieceBytes);
    private readonly DocumentScanner _scanner = new();

    private DocumentHead(RecordedStream source, BodyCoding coding)
    {
        _source = source;
        _coding = coding;
        _decoded = coding.Decoded(source);
    }

    /// <summary><see cref="DocumentOutcome.Tagged"/> when there is a place for a script.</summary>
    public DocumentOutcome Outcome { get; private set; }

    /// <summary>The policies that the head declares.</summary>
    public IReadOnlyList<string> Policies => _scanner.Policies;

    public static async ValueTask<DocumentHead> ReadAsync(Stream body, BodyCoding coding, CancellationToken cancellationToken)
    {
        var head = new DocumentHead(new RecordedStream(body), coding);
        try
        {
            head.Outcome = await head.ScanAsync(cancellationToken);
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
        {
            // Not the coding that it says it is; the client may make more of it.
            head.Outcome = DocumentOutcome.Encoding;
        }

        return head;
    }

    /// <summary>The body as the app sent it.</summary>
    public Stream Untouched() => new PrefixedStream(_source.End(), _source.Inner);

    /// <summary>The body with <paramref name="inserted"/> where the head ends, in the app's own coding.</summary>
    public Stream With(byte[] inserted, bool isStream)
    {
        _source.End();
        var bytes = _read.WrittenSpan;
        var at = _scanner.Position;
        return _coding.Encoded(new PrefixedStream([.. bytes[..at], .. inserted, .. bytes[at..]], _decoded), isStream);
    }

    private async ValueTask<DocumentOutcome> ScanAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var count = await _decoded.ReadAsync(_read.GetMemory(PieceBytes), cancellationToken);
            _read.Advance(count);
            switch (_scanner.Scan(_read.WrittenSpan, isWhole: count == 0))
            {
                case ScanResult.Found:
                    return _scanner.HasForeignBase ? DocumentOutcome.Base : DocumentOutcome.Tagged;
                case ScanResult.Hopeless:
                    return _scanner.IsDocument ? DocumentOutcome.Unreadable : DocumentOutcome.NoDocument;
                case ScanResult.NeedsMore when _read.WrittenCount >= MostBytes:
                    return DocumentOutcome.TooLong;
            }
        }
    }
}
