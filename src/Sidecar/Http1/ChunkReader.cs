namespace Sidecar.Http1;

/// <summary>
/// Follows a chunked body to its end, byte by byte where it must. It says which bytes are the body's, framing included, and
/// which of those are content, so that a body can go on as it came, or without its chunks.
/// </summary>
internal sealed class ChunkReader
{
    /// <summary>For the line of a chunk with its extensions, and for all trailers together.</summary>
    private const int MostLineBytes = 8 * 1024;

    private const int MostSizeDigits = 15;

    private State _state = State.Size;
    private long _left;
    private int _digits;
    private int _line;

    private enum State
    {
        Size,
        Extension,
        SizeEnd,
        Data,
        DataReturn,
        DataEnd,
        TrailerStart,
        Trailer,
        TrailerEnd,
        LastEnd,
        Done,
        Bad,
    }

    /// <summary>Whether the body has ended.</summary>
    public bool IsDone => _state == State.Done;

    /// <summary>Whether this is no chunked body; nothing more is consumed then.</summary>
    public bool IsBad => _state == State.Bad;

    /// <summary>Reads on, to the end of the next piece of content at most.</summary>
    /// <param name="bytes">What comes next.</param>
    /// <param name="content">Which of the consumed bytes are content: the last ones.</param>
    /// <returns>How many bytes were consumed; fewer than given only before content that follows, at the end, and in bad bodies.</returns>
    public int Read(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> content)
    {
        content = default;
        var at = 0;
        while (at < bytes.Length && _state is not (State.Done or State.Bad))
        {
            if (_state == State.Data)
            {
                content = bytes.Slice(at, (int)Math.Min(_left, bytes.Length - at));
                _left -= content.Length;
                _state = _left == 0 ? State.DataReturn : State.Data;
                return at + content.Length;
            }

            _state = Next(bytes[at]);
            at += _state == State.Bad ? 0 : 1;
        }

        return at;
    }

    private State Next(byte letter)
    {
        switch (_state)
        {
            case State.Size when char.IsAsciiHexDigit((char)letter) && _digits < MostSizeDigits:
                _left = (_left << 4) | (uint)(letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10);
                _digits++;
                return State.Size;
            case State.Size when _digits > 0 && letter == '\r':
                return State.SizeEnd;
            case State.Size when _digits > 0 && letter is (byte)';' or (byte)' ' or (byte)'\t':
                _line = 0;
                return State.Extension;
            case State.Extension:
                return letter == '\r' ? State.SizeEnd : Text(letter, State.Extension);
            case State.SizeEnd when letter == '\n':
                (_digits, _line) = (0, 0);
                return _left == 0 ? State.TrailerStart : State.Data;
            case State.DataReturn when letter == '\r':
                return State.DataEnd;
            case State.DataEnd when letter == '\n':
                return State.Size;
            case State.TrailerStart:
                return letter == '\r' ? State.LastEnd : letter is (byte)':' or (byte)' ' or (byte)'\t' ? State.Bad : Text(letter, State.Trailer);
            case State.Trailer:
                return letter == '\r' ? State.TrailerEnd : Text(letter, State.Trailer);
            case State.TrailerEnd when letter == '\n':
                return State.TrailerStart;
            case State.LastEnd when letter == '\n':
                return State.Done;
            default:
                return State.Bad;
        }
    }

    private State Text(byte letter, State same) => ++_line > MostLineBytes || (letter < ' ' && letter != '\t') || letter == 0x7F ? State.Bad : same;
}
