using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sidecar.Mail;

/// <summary>
/// The dialogue with a relay, fit to be shown to others: of a login only the mechanism is left, of an address its first letter
/// and its domain, of a message its size.
/// </summary>
/// <param name="secrets">Names that may occur without a domain, such as the login's.</param>
internal sealed partial class SmtpTranscript(params IReadOnlyList<string> secrets)
{
    private const int LongestLine = 400;

    // A token is known whole, so that any piece of it is.
    private const int LongestLogin = 16 * 1024;

    // Shorter ones are part of ordinary words.
    private const int ShortestSecret = 3;

    private readonly List<string> _lines = [];
    private readonly StringBuilder _client = new();
    private readonly StringBuilder _server = new();
    private readonly string[] _secrets = [.. secrets.Where(static secret => secret.Length >= ShortestSecret).OrderByDescending(static secret => secret.Length)];
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);
    private State _state;
    private int _body;

    private enum State
    {
        Command,
        Login,
        Body,
    }

    /// <summary>The lines so far, each beginning with <c>C: </c> or <c>S: </c>.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>The mechanism of the last login; empty before one.</summary>
    public string Mechanism { get; private set; } = "";

    public void Client(ReadOnlySpan<byte> bytes)
    {
        if (_state == State.Body)
        {
            _body += bytes.Length;
            return;
        }

        foreach (var line in Split(_client, bytes, LongestLogin))
        {
            if (_state == State.Login)
            {
                Show(line);
                Add("C: ***");
            }
            else if (line.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase))
            {
                var words = line.Split(' ');
                (_state, Mechanism) = (State.Login, words[1]);
                Show(words[^1]);
                Add(words.Length > 2 ? $"C: AUTH {words[1]} ***" : $"C: AUTH {words[1]}");
            }
            else
            {
                Add($"C: {Masked(line)}");
            }
        }
    }

    public void Server(ReadOnlySpan<byte> bytes)
    {
        foreach (var line in Split(_server, bytes, LongestLine))
        {
            if (_state == State.Body)
            {
                Add(string.Create(CultureInfo.InvariantCulture, $"C: (the message, {_body} bytes)"));
                _state = State.Command;
            }

            if (_state == State.Login && line.StartsWith("334", StringComparison.Ordinal))
            {
                Add("S: 334 ***");
                continue;
            }

            Add($"S: {Masked(line)}");
            (_state, _body) = line.StartsWith("354", StringComparison.Ordinal) ? (State.Body, 0) : (State.Command, 0);
        }
    }

    private static List<string> Split(StringBuilder rest, ReadOnlySpan<byte> bytes, int longest)
    {
        var lines = new List<string>();
        foreach (var letter in Encoding.UTF8.GetString(bytes))
        {
            if (letter == '\n')
            {
                lines.Add(rest.ToString());
                rest.Clear();
            }
            else if (!char.IsControl(letter) && rest.Length < longest)
            {
                rest.Append(letter);
            }
        }

        return lines;
    }

    private string Masked(string line)
    {
        var masked = Address.Replace(line, static match => $"{match.Groups[1].Value[0]}***@{match.Groups[2].Value}");
        foreach (var secret in _secrets)
        {
            masked = masked.Replace(secret, "***", StringComparison.OrdinalIgnoreCase);
        }

        foreach (var shown in _shown)
        {
            masked = masked.Replace(shown, "***", StringComparison.Ordinal);
        }

        // What was cut at either end is still a login.
        return Encoded.Replace(masked, match => _shown.Any(shown => shown.Contains(match.Value, StringComparison.Ordinal)) ? "***" : match.Value);
    }

    /// <summary>Remembers what a login showed, as it was sent and as it was meant: a relay may repeat either.</summary>
    private void Show(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded[..(encoded.Length / 4 * 4)], bytes, out var length) || length < ShortestSecret)
        {
            return;
        }

        _shown.Add(encoded);
        foreach (var piece in Encoding.UTF8.GetString(bytes, 0, length).Split(['\0', '\x01', ' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (piece.Length >= ShortestSecret)
            {
                _shown.Add(piece);
            }
        }
    }

    private void Add(string line) => _lines.Add(line);

    [GeneratedRegex("[A-Za-z0-9+/=._~-]{12,}")]
    private static partial Regex Encoded { get; }

    [GeneratedRegex(@"([^\s<>()""':,;@]+)@([^\s<>()""',;@]+)")]
    private static partial Regex Address { get; }
}
