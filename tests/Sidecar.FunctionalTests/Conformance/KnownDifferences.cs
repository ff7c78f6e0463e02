namespace Sidecar.FunctionalTests.Conformance;

/// <summary>What remains different, and why: the one list, which docs/proxying.md repeats.</summary>
internal static class KnownDifferences
{
    private static readonly string[] Direct = ["fast", "direct"];
    private static readonly string[] Yarp = ["yarp"];
    private static readonly string[] Kestrel = ["direct", "yarp"];

    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        // What the sidecar is there to do, and what any proxy has to.
        new(
            "`X-Forwarded-For` gains the client, `X-Forwarded-Proto` and `X-Forwarded-Host` are set where they are missing",
            "the app would not know who asks",
            ["request header added: X-Forwarded-*", "request header value: X-Forwarded-For"],
            "target /"),
        new(
            "`Connection`, `Keep-Alive`, `Proxy-Connection` and `TE` are not passed on",
            "they are about one connection, and there are two",
            ["request header missing: Connection", "request header missing: Keep-Alive", "request header missing: Proxy-Connection", "request header missing: TE", "answer header missing: Connection", "answer header missing: Keep-Alive"],
            "headers that are hop by hop"),
        new(
            "nor are headers that `Connection` names",
            "so RFC 9110, 7.6.1, has it",
            ["request header missing: X-Hop", "answer header missing: X-Hop"],
            "answer with a Connection token") { Engines = Direct },
        new(
            "nor are `Proxy-Authorization` and `Proxy-Authenticate`",
            "YARP takes them to be for itself",
            ["request header missing: Proxy-Authorization", "answer header missing: Proxy-Authenticate"],
            "headers that are hop by hop") { Engines = Yarp },
        new(
            "`Alt-Svc` of an answer is not passed on",
            "it would lead clients past the sidecar",
            ["answer header missing: Alt-Svc"],
            "answer with headers for proxies"),
        new(
            "the absolute form of a target becomes path and query",
            "it is for proxies; Host says the rest (RFC 9112, 3.2.2)",
            ["request target"],
            "target in absolute form") { Exchanges = ["target in absolute form*"] },
        new(
            "`OPTIONS *` is answered with 204",
            "it asks the server that the client speaks to, and names nothing of the app's",
            ["*"],
            "OPTIONS *") { Exchanges = ["OPTIONS *"] },
        new(
            "an `Upgrade` to anything but WebSocket is not offered to the app",
            "what follows would pass unread: with `h2c`, whole requests for the guarded paths",
            ["*"],
            "upgrade ignored") { Exchanges = ["upgrade to something else", "upgrade ignored"] },
        new(
            "a request in HTTP/1.0 reaches the app as HTTP/1.1, an answer in HTTP/1.0 the client likewise",
            "a version is one connection's",
            ["request version", "answer version"],
            "HTTP/1.0 with a length"),
        new(
            "an answer that ends with its connection comes in chunks (to HTTP/1.0 as it is)",
            "the client's connection is kept, and a cut can be told from an end",
            ["answer framing", "answer header added: Transfer-Encoding"],
            "download until the connection ends") { Exchanges = ["download until*", "events until*", "HTTP/1.0 from the app", "HTTP/1.0 that is answered in chunks", "app is gone in an answer without a length"] },
        new(
            "an answer 204 loses `Content-Length: 0`, an answer 205 says it instead of chunks",
            "so RFC 9110, 8.6 and 15.3.6, have it",
            ["answer header missing: Content-Length", "answer header added: Content-Length", "answer header missing: Transfer-Encoding", "answer framing"],
            "answer 204 with a length") { Exchanges = ["answer 204 with a length", "answer 205 in no chunk"] },
        new(
            "an app that ends without an answer gives 502",
            "the client's connection is not the app's",
            ["turns held back", "answers", "end", "answer *"],
            "no answer: app closes within its head") { Exchanges = ["no answer*"] },
        new(
            "what can be read in two ways is refused with 400, or with 502 where the app said it: two lengths, a space in the target, no Host; a target whose host is not Host's",
            "who reads it otherwise is led past the guard (RFC 9112, 11.2)",
            ["*"],
            "doubtful: two lengths") { Exchanges = ["doubtful: no Host", "doubtful: space in the target", "doubtful: two lengths", "doubtful: one length twice", "doubtful: answer with two lengths", "doubtful: answer with one length twice", "target in absolute form for another host"] },
        new(
            "a message with a length and chunks goes on in chunks, and a request's length as `X-Content-Length`; a body behind 205 does not go on",
            "so RFC 9112, 6.3, has it",
            ["request header missing: Content-Length", "request header added: X-Content-Length", "turns held back", "answer *"],
            "doubtful: length and chunks") { Exchanges = ["doubtful: length and chunks", "doubtful: answer with length and chunks", "doubtful: answer 205 with a body"] },
        new(
            "trailers of a request that would mean something as headers, such as `Content-Length`, are lost",
            "apps have taken them for headers (RFC 9110, 6.5.1)",
            ["request trailer missing*"],
            "upload in chunks with trailers that mean something") { Exchanges = ["upload in chunks with trailers that mean something"] },
        new(
            "an answer to `HEAD` loses `Transfer-Encoding`",
            "it is about one connection, and no body follows",
            ["answer header missing: Transfer-Encoding"],
            "method HEAD of a chunked answer"),
        new(
            "a client that closes its sending side before the answer counts as gone, and gets none",
            "a client that leaves looks the same, and the app must hear of that at once",
            ["turns held back", "answers", "end"],
            "request half closed") { Exchanges = ["request half closed", "upload half closed at its end"] },
        new(
            "a message that breaks off ends with a reset instead of a close, or a tunnel the other way round",
            "it must not look whole; a WebSocket has frames of its own to say that",
            ["end", "answer whole"],
            "app closes within a length") { Exchanges = ["app closes *", "client goes away*", "client half closes*", "WebSocket whose*"] },

        // Kestrel's, in front of any engine.
        new(
            "the order of headers, and the case of the names that are widely known; on the fast path only in requests that are not plain",
            "Kestrel keeps known names apart from the others; neither means anything (RFC 9110, 5.1 and 5.3)",
            ["request header order", "request header case*", "answer header order", "answer header case*"],
            "headers that are hop by hop"),
        new(
            "an answer without `Date` gains one",
            "whoever passes an answer on has to (RFC 9110, 6.6.1)",
            ["answer header added: Date"],
            "answer without a Date"),
        new(
            "an answer with a known status and no reason gains the usual one",
            "Kestrel writes one; it means nothing (RFC 9112, 4)",
            ["answer reason"],
            "answer without a reason") { Engines = Kestrel, Exchanges = ["answer without a reason"] },
        new(
            "letters beyond ASCII in a reason become `?`",
            "Kestrel writes none; a reason means nothing (RFC 9112, 4)",
            ["answer reason"],
            "answer with a reason beyond ASCII") { Engines = Kestrel, Exchanges = ["answer with a reason beyond ASCII"] },

        // HttpClient's, behind YARP.
        new(
            "trailers of an answer in HTTP/1.1 are lost; over HTTP/2 they pass",
            "YARP leaves them to Kestrel, which writes none in HTTP/1.1",
            ["answer trailer missing*"],
            "download in chunks with trailers") { Engines = Yarp },
        new(
            "an app that ends without an answer to a request that changes nothing is asked again, and one that is gone within an upload is missed once the client sends more",
            "HttpClient repeats what is safe, and finishes sending first",
            ["requests"],
            "no answer: app closes") { Engines = Yarp, Exchanges = ["no answer*"] },
        new(
            "trailers of a request are lost",
            "HttpClient sends none",
            ["request trailer missing*"],
            "upload in chunks with trailers") { Engines = Yarp },
        new(
            "a header that is repeated goes out as one line, with `, ` (`Cookie` with `; `) between the values",
            "HttpClient joins them; the meaning is the same (RFC 9110, 5.3)",
            ["request header joined*"],
            "headers repeated") { Engines = Yarp },
        new(
            "known methods in another case than theirs (`get`) are spelled as usual, and `head` fails with 500",
            "HttpClient knows methods by their letters in any case",
            ["*"],
            "method head") { Engines = Yarp, Exchanges = ["method get", "method Get", "method head", "method post with a body"] },
        new(
            "a request without a body gains `Content-Length: 0`, unless its method is GET, HEAD, OPTIONS or DELETE and nothing speaks of content",
            "HttpClient says so; the meaning is the same",
            ["request header added: Content-Length", "request framing"],
            "method PROPFIND") { Engines = Yarp, Exchanges = ["method *", "header Content-Type without a body", "headers about content without a body"] },
        new(
            "a request without Host, or with an empty one, gains the app's address as Host",
            "HttpClient sends no request without one",
            ["request header added: Host", "request header value: Host"],
            "host is empty") { Engines = Yarp },
        new(
            "interim answers are lost, but for a `100` that was asked for",
            "HttpClient does not show them",
            ["interim answers", "turns held back"],
            "answer after a 103") { Engines = Yarp },
        new(
            "the head of an answer with a length goes out with the first byte of its body",
            "one packet instead of two; without a length it goes out at once",
            ["turns held back", "answers"],
            "head with a length long before the body") { Engines = Yarp, Exchanges = ["head with a length long before the body"] },
        new(
            "an answer given before the request has ended reaches the client after that end, or as 502 when the app hangs up",
            "HttpClient finishes sending before it shows the answer",
            ["turns held back", "answers", "requests", "request body", "request whole"],
            "upload answered while it goes on") { Engines = Yarp, Exchanges = ["upload answered*", "upload in chunks answered*", "upload to an app*"] },
    ];

    public static bool Explain(string engine, string exchange, Difference difference) => All.Any(known => known.Explains(engine, exchange, difference));

    /// <summary>The list as it stands in docs/proxying.md.</summary>
    public static string Render() => string.Join('\n', [
        "| different | with engine | why |",
        "|---|---|---|",
        .. All.Select(static known => $"| {known.Title} | {(known.Engines.Length == 0 ? "any" : string.Join(", ", known.Engines.Select(static engine => $"`{engine}`")))} | {known.Reason} |"),
    ]);
}
