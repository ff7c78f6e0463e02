using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Sidecar.Http1;

/// <summary>Writes the head of a request, and what of its body goes with it, into one piece.</summary>
internal sealed class HeadWriter : IDisposable
{
    private const int FirstBytes = 2 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Text that came from a head: one byte a character.</summary>
    public HeadWriter Add(ReadOnlySpan<char> text)
    {
        _length += Encoding.Latin1.GetBytes(text, Room(text.Length));
        return this;
    }

    public HeadWriter Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
        return this;
    }

    public HeadWriter Add(long number)
    {
        Utf8Formatter.TryFormat(number, Room(20), out var count);
        _length += count;
        return this;
    }

    public HeadWriter Add(in ReadOnlySequence<byte> bytes)
    {
        foreach (var piece in bytes)
        {
            Add(piece.Span);
        }

        return this;
    }

    /// <summary>One line of the head. A name that is none, as some servers let through, is left out; others would read it as they like.</summary>
    /// <exception cref="InvalidOperationException">The value would end its line.</exception>
    public void AddField(string name, ReadOnlySpan<char> value)
    {
        if (value.ContainsAny('\r', '\n', '\0'))
        {
            throw new InvalidOperationException("A value holds the end of a line.");
        }

        if (HttpText.IsToken(name))
        {
            Add(name).Add(": "u8).Add(value).Add("\r\n"u8);
        }
    }

    /// <summary>Begins anew, in the same room.</summary>
    public void Clear() => _length = 0;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + count));
            Written.Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }
}
