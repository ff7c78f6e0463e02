using System.Text;

namespace Sidecar.Tests.Fuzz;

/// <summary>Makes inputs out of kept ones, the same for the same seed: bytes turned, cut, doubled, spliced, and words that break parsers.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, int seed)
{
    private const int Longest = 8 * 1024;

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "\0", "\r\n", "\n", "\t", " ", "\"", "\\", "\\u0000", "\\ud800", "%00", "%", "%u002f", "%c0%af", "%F8%80%80%80%AF", "+", ";", "=", "&", ",", ":", "@", "..", "/", "//", "{", "}", "[", "]", "{{", "}}", "{{#if code}}",
            "{%", "- ", "? ", "*x", "&x ", "!!binary ", "<<: ", "| ", "---\n", "...", "~", "null", "NaN", "-1", "0", "1e999", "99999999999999999999", "2147483648", "0x7f", "true", "\uFEFF", "\u202E", "\uFFFD", "é", "ſ", "😀",
            "--B", "--B--", "email", "EMAIL", "sidecar-flow=", "__Host-", "::1", "::ffff:1.2.3.4", "fe80::1%1", "xn--", "127.0.0.1:99999",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
    ];

    private readonly Random random = new(seed);

    public byte[] Next()
    {
        var input = new List<byte>(corpus[random.Next(corpus.Count)]);
        for (var step = random.Next(1, 8); step > 0; step--)
        {
            Mutate(input);
        }

        return input.Count <= Longest ? [.. input] : [.. input.Take(Longest)];
    }

    private void Mutate(List<byte> input)
    {
        var at = random.Next(input.Count + 1);
        var length = Math.Min(input.Count - at, 1 << random.Next(7));
        switch (random.Next(8))
        {
            case 0 when at < input.Count:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < input.Count:
                input[at] = (byte)random.Next(256);
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(at, input.GetRange(at, length));
                break;
            case 4:
                input.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 200)));
                break;
            case 5:
                var other = corpus[random.Next(corpus.Count)];
                input.InsertRange(at, other[random.Next(other.Length)..]);
                break;
            case 6:
                input.RemoveRange(at, input.Count - at);
                break;
            default:
                input.InsertRange(at, Words[random.Next(Words.Length)]);
                break;
        }
    }
}
