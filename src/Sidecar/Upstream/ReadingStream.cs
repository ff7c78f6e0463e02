namespace Sidecar.Upstream;

/// <summary>A stream that is read once, from front to back, and gives out another one in some other way.</summary>
/// <param name="inner">What it reads, and disposes of.</param>
internal abstract class ReadingStream(Stream inner) : Stream
{
    public Stream Inner { get; } = inner;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Keeps what was read from a stream until told that it is not needed.</summary>
internal sealed class RecordedStream(Stream inner) : ReadingStream(inner)
{
    private MemoryStream? _recorded = new();

    /// <summary>Ends the recording and hands it out.</summary>
    public byte[] End()
    {
        var bytes = _recorded?.ToArray() ?? [];
        _recorded = null;
        return bytes;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await Inner.ReadAsync(buffer, cancellationToken);
        _recorded?.Write(buffer.Span[..count]);
        return count;
    }
}

/// <summary>Some bytes, and then a stream.</summary>
internal sealed class PrefixedStream(byte[] prefix, Stream inner) : ReadingStream(inner)
{
    private int _given;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_given == prefix.Length)
        {
            return Inner.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, prefix.Length - _given);
        prefix.AsSpan(_given, count).CopyTo(buffer.Span);
        _given += count;
        return new(count);
    }
}

/// <summary>The compressed form of a stream, made while it is read.</summary>
internal sealed class CompressedStream : ReadingStream
{
    private readonly MemoryStream _ready = new();
    private readonly Stream _compressor;
    private readonly bool _flushes;
    private readonly byte[] _piece = new byte[16 * 1024];
    private bool _ended;

    public CompressedStream(Stream inner, Func<Stream, Stream> compress, bool flushes)
        : base(inner)
    {
        _compressor = compress(_ready);
        _flushes = flushes;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_ready.Position == _ready.Length && !_ended)
        {
            _ready.SetLength(0);
            var count = await Inner.ReadAsync(_piece, cancellationToken);
            _ended = count == 0;
            if (_ended)
            {
                await _compressor.DisposeAsync();
            }
            else
            {
                _compressor.Write(_piece, 0, count);
                if (_flushes)
                {
                    _compressor.Flush();
                }
            }

            _ready.Position = 0;
        }

        return _ready.Read(buffer.Span);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _compressor.Dispose();
            _ready.Dispose();
        }

        base.Dispose(disposing);
    }
}
