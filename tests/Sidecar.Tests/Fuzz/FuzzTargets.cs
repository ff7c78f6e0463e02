using System.Collections;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Accounts;
using Sidecar.Captcha;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Http1;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Tests.Contracts;
using Sidecar.Tests.Upstream;
using Sidecar.Upstream;

namespace Sidecar.Tests.Fuzz;

/// <summary>Everything that reads what strangers or operators wrote, with what must hold whatever they wrote.</summary>
internal static class FuzzTargets
{
    private static readonly TicketSealer Sealer = new(new Sealer(KeyRing.Generate()));
    private static readonly TicketCarrier Carrier = new(RecoverySamples.Options, NullLogger<TicketCarrier>.Instance);
    private static readonly OriginRule Origins = new(RecoverySamples.Options);
    private static readonly ClientAddressResolver Clients = new(new([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("::/16")]));
    private static readonly string[] Variables = ["code", "ttl_min", "app_name", "frontend_url"];

    /// <summary>By name, with the share of a thousand inputs that each gets and the kept corpus of the same name.</summary>
    public static IReadOnlyDictionary<string, (int Share, Action<byte[]> Read)> All { get; } = new Dictionary<string, (int, Action<byte[]>)>
    {
        ["json"] = (130, static bytes => Body(bytes, "application/json")),
        ["form"] = (100, static bytes => Body(bytes, "application/x-www-form-urlencoded")),
        ["multipart"] = (100, static bytes => Body(bytes, "multipart/form-data; boundary=B")),
        ["query"] = (100, static bytes => Assert.NotNull(QueryEmail.Read(Encoding.Latin1.GetString(bytes)))),
        ["cookie"] = (80, Cookie),
        ["ticket"] = (90, Ticket),
        ["forwarded"] = (70, Forwarded),
        ["response"] = (60, Response),
        ["request"] = (40, Request),
        ["head"] = (60, FastProperties.Check),
        ["address"] = (80, Address),
        ["target"] = (40, Target),
        ["yaml"] = (30, Yaml),
        ["template"] = (20, Template),
    };

    private static void Body(byte[] bytes, string type)
    {
        var body = RequestBody.ReadAsync(new HttpExchange().Body(bytes, type).Context.Request, default).AsTask().GetAwaiter().GetResult();
        Assert.True(Enum.IsDefined(body.Problem));
        Assert.True(body.Problem == BodyProblem.None || !body.Fields["email"].IsGiven);
        Assert.True(bytes.AsSpan().SequenceEqual(body.Bytes.Span));
        // What a body says goes on to these two.
        _ = EmailAddress.TryParse(body.Fields["email"].Text, out _);
        Assert.False(CaptchaAnswer.Matches("K7P\uFFFFQ", body.Fields["captcha"].Text));
    }

    private static void Cookie(byte[] bytes)
    {
        var header = Encoding.Latin1.GetString(bytes);
        var kept = OwnCookies.Remove(header);
        Assert.True(kept is null || ReferenceEquals(kept, OwnCookies.Remove(kept)));
        var request = new HttpExchange().With("Cookie", header).Context.Request;
        Assert.Null(Sealer.Open(Carrier.Read(request, HttpExchange.Client, Purpose.Recovery), Purpose.Recovery));
        using var outgoing = new HttpRequestMessage();
        outgoing.Headers.TryAddWithoutValidation("Cookie", header);
        HeaderHygiene.Apply(request, outgoing.Headers, HttpExchange.Client, OwnHeaders.Default);
    }

    private static void Ticket(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        Assert.Null(Sealer.Open(text, Purpose.Recovery));
        // One of ours with something of the input in its place is none of ours.
        var sealedOne = Sealer.Seal(Sidecar.Otp.Ticket.New(Purpose.Recovery, new("00"), DateTimeOffset.UnixEpoch));
        var at = bytes.Length % sealedOne.Length;
        var forged = sealedOne[..at] + text + sealedOne[Math.Min(sealedOne.Length, at + text.Length)..];
        Assert.True(forged == sealedOne || Sealer.Open(forged, Purpose.Recovery) is null);
        Assert.False(Sealer.Open(Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_'), Purpose.Recovery) is not null);
    }

    private static void Forwarded(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var exchange = new HttpExchange().With("X-Forwarded-For", text).With("X-Forwarded-Proto", text).With("Origin", text).With("X_Forwarded-For", text);
        exchange.Context.Connection.RemoteIpAddress = new IPAddress([10, 0, 0, 1]);
        var client = Clients.Resolve(exchange.Context);
        Assert.NotEmpty(client.Network);
        Assert.False(client.Client.IsIPv4MappedToIPv6);
        Origins.Allows(exchange.Context.Request);
        using var outgoing = new HttpRequestMessage();
        outgoing.Headers.TryAddWithoutValidation("X-Forwarded-For", text);
        HeaderHygiene.Apply(exchange.Context.Request, outgoing.Headers, client, OwnHeaders.Default);
    }

    /// <summary>What the app says: it must be read the same however it is cut, and no further than its end.</summary>
    private static void Response(byte[] bytes)
    {
        var (whole, part) = (new ResponseHead(), new ResponseHead());
        var result = whole.Read(bytes, out var length);
        var early = part.Read(bytes.AsSpan(0, bytes.Length / 2), out var shorter);
        Assert.True(early == HeadResult.Incomplete || early == result);
        Assert.True(early != HeadResult.Whole || shorter == length);
        Assert.All(whole.Fields, static field => Assert.False(field.Key.Length == 0 || field.Value.AsSpan().ContainsAny('\r', '\n', '\0')));
        // Of one that is bad nothing is used, and it may have been read no further than to its fault.
        Assert.False(result == HeadResult.Whole && whole.IsChunked && whole.Length is not null);

        var (fast, slow) = (new ChunkReader(), new ChunkReader());
        var body = bytes.AsSpan(result == HeadResult.Whole ? length : 0);
        Assert.Equal(Chunks(fast, body, int.MaxValue), Chunks(slow, body, 1));
        Assert.Equal((fast.IsDone, fast.IsBad), (slow.IsDone, slow.IsBad));
    }

    /// <summary>What goes to the app, given fields as no server should let them through: each is a line of its own or none, and nobody ends the head but its writer.</summary>
    private static void Request(byte[] bytes)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split("\r\n");
        var exchange = new HttpExchange();
        foreach (var line in lines)
        {
            var parts = line.Split(':', 2);
            if (parts[0].Length > 0 && !parts[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                exchange.Context.Request.Headers.Append(parts[0], parts.Length > 1 ? parts[1].Trim(' ', '\t') : "");
            }
        }

        exchange.Context.Request.ContentLength = bytes.Length % 3 == 0 ? null : bytes.Length;
        using var head = new HeadWriter();
        try
        {
            DirectHead.Write(head, exchange.Context, "/x", isChunked: bytes.Length % 3 == 0, HttpExchange.Client, OwnHeaders.Default, trace: null);
        }
        catch (InvalidOperationException)
        {
            // A value that would end its line; the client gets an error.
            return;
        }

        var text = Encoding.Latin1.GetString(head.Written.Span);
        Assert.Equal(text.Length - 4, text.IndexOf("\r\n\r\n", StringComparison.Ordinal));
        var written = text[..^4].Split("\r\n");
        Assert.Equal("POST /x HTTP/1.1", written[0]);
        var names = written[1..].Select(static line => line[..line.IndexOf(':', StringComparison.Ordinal)]).ToList();
        Assert.All(written, static line => Assert.False(line.AsSpan().ContainsAny('\r', '\n', '\0')));
        Assert.All(names, static name => Assert.True(HttpText.IsToken(name)));
        Assert.Single(names, static name => name.ToLowerInvariant() is "content-length" or "transfer-encoding");
        Assert.DoesNotContain(names, static name => name.ToLowerInvariant() is "connection" or "sidecar-ticket" or "x_forwarded_for");
        Assert.Single(names, static name => name.Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase));
    }

    private static (int Consumed, int Content) Chunks(ChunkReader chunks, ReadOnlySpan<byte> body, int most)
    {
        var (at, content) = (0, 0);
        while (at < body.Length && !chunks.IsDone && !chunks.IsBad)
        {
            at += chunks.Read(body.Slice(at, Math.Min(most, body.Length - at)), out var piece);
            content += piece.Length;
        }

        return (at, content);
    }

    private static void Address(byte[] bytes)
    {
        if (EmailAddress.TryParse(Encoding.UTF8.GetString(bytes), out var address))
        {
            Assert.True(EmailAddress.TryParse(address.Normalised, out var again) && again.Normalised == address.Normalised);
            Assert.DoesNotContain(address.Typed, static letter => char.IsControl(letter) || char.IsWhiteSpace(letter));
            // What is looked up as an account is also what a relay is given.
            Assert.Equal(address.IsAscii, MailboxRule.Accepts(address.Typed));
        }
    }

    private static void Target(byte[] bytes)
    {
        var target = RequestTarget.PathAndQuery(Encoding.Latin1.GetString(bytes));
        Assert.StartsWith("/", target, StringComparison.Ordinal);
        GuardedPaths.Guard.TryMatch(target, out _);
    }

    private static void Yaml(byte[] bytes)
    {
        var folder = Directory.CreateTempSubdirectory("sidecar-fuzz-");
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, bytes.Length % 2 == 0 ? "sidecar.yaml" : "service_conf.yaml"), bytes);
            var text = Encoding.UTF8.GetString(bytes);
            string[] sets = ["mail.templates=/nowhere", text.Split('\n')[^1]];
            var environment = new Hashtable { [$"SIDECAR__{text.Split('\n')[0]}"] = text };
            var options = SidecarOptions.Read(new CommandLine("run", folder.FullName, sets, ""), environment);
            Assert.NotEmpty(options.Listeners);
            Assert.All(options.Faults, static fault => Assert.NotEmpty(fault.ToString()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Template(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        TemplateLint.Check(text, Variables, ["code"]);
        var folder = Directory.CreateTempSubdirectory("sidecar-fuzz-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "t.text.hbs"), "Subject: {{ code }}\n\n" + text);
            File.WriteAllBytes(Path.Combine(folder.FullName, "t.html.hbs"), bytes);
            var faults = new List<Fault>();
            var templates = MailTemplates.Load(folder.FullName, [new("t", Variables[..2], ["code"])], new Dictionary<string, object?> { ["app_name"] = "Acme", ["frontend_url"] = "" }, faults);
            if (faults.Count == 0)
            {
                var message = templates.Render(new("a@b.c", "t", "en", new() { ["code"] = "QWMZKTRB", ["ttl_min"] = "5" }));
                Assert.Equal("QWMZKTRB", message.Subject);
                Assert.Contains("QWMZKTRB", message.Html, StringComparison.Ordinal);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
