using System.Globalization;
using System.Text;
using Sidecar.Tests.Upstream;
using Sidecar.Upstream;

namespace Sidecar.Tests.Fuzz;

/// <summary>What must hold of whatever the fast path takes, by a reading of the same bytes that is too simple to share its faults.</summary>
internal static class FastProperties
{
    private static readonly HashSet<string> Guarded = new(GuardedPaths.All, StringComparer.Ordinal);

    public static void Check(byte[] bytes)
    {
        foreach (var strips in (bool[])[false, true])
        {
            var client = new FastReading(strips);
            var verdict = client.Read(bytes);
            var text = Encoding.Latin1.GetString(bytes);
            switch (verdict)
            {
                case FastVerdict.Incomplete:
                    Assert.DoesNotContain("\r\n\r\n", text, StringComparison.Ordinal);
                    Assert.True(bytes.Length < FastRequest.MostBytes);
                    Assert.Equal(FastVerdict.Incomplete, client.Read(text[..(text.Length / 2)]));
                    break;
                case FastVerdict.Lent:
                    Assert.Equal(LengthOf(text, FieldsOf(text)), client.Length);
                    break;
                case FastVerdict.Plain:
                    CheckPlain(client, text, strips);
                    break;
                default:
                    Assert.Equal(FastVerdict.Left, verdict);
                    break;
            }
        }
    }

    private static void CheckPlain(FastReading client, string text, bool strips)
    {
        var fields = FieldsOf(text);
        Assert.Single(fields, static field => field.Name == "host");
        Assert.DoesNotContain(fields, static field => field.Name is "transfer-encoding" or "upgrade" or "te" or "trailer" or "expect" or "sidecar-ticket" or "sidecar_ticket");
        Assert.DoesNotContain(fields, field => strips && (field.Name.StartsWith("x-forwarded", StringComparison.Ordinal) || field.Name is "forwarded" or "x-real-ip"));
        Assert.DoesNotContain(fields, static field => field.Name == "cookie" && field.Value.Contains("sidecar-", StringComparison.OrdinalIgnoreCase));
        Assert.True(fields.Count(static field => field.Name == "content-length") <= 1);
        Assert.Equal((LengthOf(text, fields), client.Length), (client.Length, Math.Min(client.Length, text.Length)));

        var line = text[..text.IndexOf("\r\n", StringComparison.Ordinal)].Split(' ');
        Assert.Equal((3, "HTTP/1.1"), (line.Length, line[2]));
        Assert.Equal('/', line[1][0]);
        Assert.DoesNotContain("%00", line[1], StringComparison.Ordinal);
        CheckTarget(line[1]);

        // Every field goes on, in its order, but for those of this connection and the one that names the peer.
        var sent = FieldsOf(client.Sent);
        Assert.StartsWith(string.Join(' ', line) + "\r\n", client.Sent, StringComparison.Ordinal);
        Assert.Equal(fields.Where(static field => field.Name is not ("connection" or "x-forwarded-for")), sent.Where(field => field.Name != "x-forwarded-for").Take(fields.Count(static field => field.Name is not ("connection" or "x-forwarded-for"))));
        Assert.Single(sent, static field => field.Name == "x-forwarded-for" && (field.Value == "192.0.2.1" || field.Value.EndsWith(", 192.0.2.1", StringComparison.Ordinal)));
        Assert.All((string[])["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"], name => Assert.Single(sent, field => field.Name == name));
        Assert.Equal(BodyOf(text[..(int)client.Length]), BodyOf(client.Sent));

        // The same without what follows, and read alike by the next one.
        var once = client.Sent;
        Assert.Equal(FastVerdict.Plain, client.Read(text[..(int)client.Length]));
        Assert.Equal(once, client.Sent);
        Assert.Equal(FastVerdict.Plain, new FastReading().Read(once));
    }

    /// <summary>No server behind this one may read the target as a recovery path.</summary>
    public static void CheckTarget(string target)
    {
        Assert.Same(target, RequestTarget.PathAndQuery(target));
        Assert.False(GuardedPaths.Guard.TryMatch(target, out _), target);
        Assert.DoesNotContain(PathReader.All, reader => Guarded.Contains(reader.Read(target)));
    }

    private static List<(string Name, string Value)> FieldsOf(string text) =>
        [.. text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n").Skip(1)
            .Select(static line => line.Split(':', 2)).Select(static parts => (parts[0].ToLowerInvariant(), parts[1].Trim(' ', '\t')))];

    private static long LengthOf(string text, List<(string Name, string Value)> fields) =>
        text.Length - BodyOf(text).Length + fields.Where(static field => field.Name == "content-length").Sum(static field => long.Parse(field.Value, NumberStyles.None, CultureInfo.InvariantCulture));

    private static string BodyOf(string text) => text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}
