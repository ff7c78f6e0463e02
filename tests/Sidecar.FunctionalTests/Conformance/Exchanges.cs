using static Sidecar.FunctionalTests.Conformance.Exchange;

namespace Sidecar.FunctionalTests.Conformance;

/// <summary>The exchanges that must look the same with and without a sidecar.</summary>
internal static partial class Exchanges
{
    public static IReadOnlyList<Exchange> All { get; } = [.. Targets(), .. Methods(), .. RequestHeaders(), .. RequestBodies(), .. Answers(), .. AnswerBodies(), .. Endings(), .. Tunnels(), .. Turns(), .. Sizes(), .. Oddities()];

    public static Exchange Named(string name) => All.Single(exchange => exchange.Name == name);

    private static IEnumerable<Exchange> Targets()
    {
        string[] targets =
        [
            "/", "/a%2Fb%2fc", "/%7E%2B%41%7C%20", "/a|b;c=d,e@f:g~h\\i", "/./a/../b//c///", "//", "//a.example/b", "/..", "/%2e%2e/%2E/x", "/?", "/?&", "/??", "/?a=1&&b=%20+%2B&c",
            "/?q=a/../b?c", "/%zz/%/%4", "/{x}[y]<z>\"^`", "/%C3%A9%E2%82%AC%FF", "/a:b@c!$&'()*+,;=", "/x?u=http://a.example/b%2Fc#d", "/" + new string('x', 8000) + "?" + new string('%', 8000),
        ];
        return
        [
            .. targets.Select(static target => Of($"target {(target.Length > 60 ? "of 16,000 bytes" : target)}", Request($"GET {target}", []), Ok())),
            Of("target in absolute form", Request($"GET http://{Host}/%7E//x?y", []), Ok()),
            Of("target in absolute form without a path", Request($"GET http://{Host}?y", []), Ok()),
            Of("OPTIONS *", Request("OPTIONS *", []), Ok("")),
            Of("host without port", "GET / HTTP/1.1\r\nHost: APP.Example\r\n\r\n", Ok()),
            Of("host is an IPv6 address", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", Ok()),
            Of("host is empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", Ok()),
        ];
    }

    private static IEnumerable<Exchange> Methods()
    {
        string[] plain = ["DELETE", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH", "PURGE", "get", "Get", "head", "X!#$%&'*+-.^_`|~9"];
        string[] full = ["POST", "PUT", "PATCH", "QUERY", "REPORT", "DELETE", "GET", "OPTIONS", "post"];
        return
        [
            .. plain.Select(static method => Of($"method {method}", Request($"{method} /x", []), Ok())),
            .. full.Select(static method => Of($"method {method} with a body", Request($"{method} /x", ["Content-Length: 5"], "hello"), Ok())),
            Of("method POST without a body", Request("POST /x", ["Content-Length: 0"]), Ok()),
            Of("method POST without a word on its body", Request("POST /x", []), Ok()),
            Of("method HEAD", Request("HEAD /x", []), Answer("200 OK", ["Content-Length: 123456789", "Content-Type: text/plain"])),
            Of("method HEAD of a chunked answer", Request("HEAD /x", []), Answer("200 OK", ["Transfer-Encoding: chunked"])),
            Of("method HEAD of an answer without a length", Request("HEAD /x", []), Answer("200 OK", [])),
        ];
    }

    private static IEnumerable<Exchange> RequestHeaders() =>
    [
        Of("headers of a browser", Get("Connection: keep-alive", "Accept: text/html, */*;q=0.8", "User-Agent: Mozilla/5.0 (X; Y) [z]", "Accept-Encoding: gzip, br", "Accept-Language: de,en;q=0.5", "Cookie: a=1; b=2", "Referer: http://app.example:8443/", "Upgrade-Insecure-Requests: 1", "If-None-Match: W/\"x\""), Ok()),
        Of("headers repeated", Get("X-Twice: b", "X-Other: -", "X-Twice: a", "X-Twice: a"), Ok()),
        Of("headers repeated that lists are made of", Get("Accept: a/b", "Accept: c/d", "Via: 1.1 a", "Via: 1.1 b"), Ok()),
        Of("headers in odd case", Get("x-LOWER-upper: 1", "ACCEPT: */*", "x-last: 2"), Ok()),
        Of("header with an empty Authorization", Get("Authorization:"), Ok()),
        Of("header with an odd Authorization", Get("Authorization: Bearer not  parsed, at=all"), Ok()),
        Of("headers with two Authorizations", Get("Authorization: Bearer a", "Authorization: Basic b"), Ok()),
        Of("headers with two Content-Types", Request("POST /x", ["Content-Type: text/plain", "Content-Type: a/b; c", "Content-Length: 1"], "x"), Ok()),
        Of("header Content-Type without a body", Get("Content-Type: application/json; charset=\"utf-8\"; ;x"), Ok()),
        Of("headers about content without a body", Get("Content-Language: x", "Content-Encoding: gzip", "Last-Modified: never"), Ok()),
        Of("headers with two Cookies", Get("Cookie: a=1; b=\"2, 3\"", "Cookie: a=2;c;;d=\xE9"), Ok()),
        Of("header values of any bytes", Get("X-Utf8: \xC3\xA9\xE5\x90\x8D", "X-Latin1: \xE9\xFF", "X-Tabs: a\tb  c", "X-Empty:", "X-Quotes: \"a\\\"b\" (c), d=e"), Ok()),
        Of("header values that parsers stumble over", Get("If-Modified-Since: yesterday", "Accept: */*;q=oops,, text/html", "Referer: not a url", "Date: whenever", "From: nobody", "Max-Forwards: many", "User-Agent: curl/8 (weird; (nested) [x] \\", "If-Match: unquoted", "Cache-Control: ,=,", "Pragma:", "Warning: none", "Via: x", "Trailer: x"), Ok()),
        Of("header names with odd letters", Get("X_Under_Score: kept", "X.Dot: 1", "X!#$%&'*+-.^`|~9: 1"), Ok()),
        Of("headers Range and If-Range", Get("Range: bytes=0-,-5", "If-Range: \"etag\""), Answer("206 Partial Content", ["Content-Range: bytes 0-1/10", "Content-Length: 2"], "ab")),
        Of("header Range in multiple parts", Get("Range: bytes=0-0,2-2", "If-Range: Thu, 01 Jan 2026 00:00:00 GMT"), Answer("206 Partial Content", ["Content-Type: multipart/byteranges; boundary=x", "Content-Length: 4"], "--x\r")),
        Of("header Connection with a token", Get("Connection: X-Hop, keep-alive", "X-Hop: 1"), Ok()),
        Of("header Connection: close", Get("Connection: close"), Ok("ok", "Connection: close")),
        Of("headers that are hop by hop", Get("Keep-Alive: timeout=5", "TE: trailers", "Proxy-Authorization: Basic x", "Proxy-Connection: keep-alive"), Ok()),
        Of("header of a trace", Get("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate: a=b", "baggage: c=d"), Ok()),
        Of("header X-Forwarded-For received", Get("X-Forwarded-For: 203.0.113.7", "X-Forwarded-For: 10.1.1.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: login.example", "X-Forwarded-Prefix: /x", "Forwarded: for=203.0.113.7", "X-Real-IP: 203.0.113.7"), Ok()),
        Of("headers of 40 KiB", Get([.. Enumerable.Range(0, 40).Select(static i => FormattableString.Invariant($"X-Long-{i}: {new string('x', 1000)}"))]), Ok()),
    ];

    private static IEnumerable<Exchange> RequestBodies()
    {
        var bytes = string.Concat(Enumerable.Range(0, 256).Select(static i => (char)i));
        return
        [
            Of("upload of every byte", Request("POST /x", ["Content-Length: 256"], bytes), Ok()),
            Of("upload in chunks", Request("POST /x", ["Transfer-Encoding: chunked"], "3\r\nabc\r\n1;ext=1\r\nd\r\n0\r\n\r\n"), Ok()),
            Of("upload of no chunk", Request("POST /x", ["Transfer-Encoding: chunked"], "0\r\n\r\n"), Ok()),
            Of("upload in chunks with trailers", Request("POST /x", ["Trailer: X-Sum", "Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n"), Ok()),
            Of("upload that is compressed", Request("POST /x", ["Content-Encoding: gzip", "Content-Length: 3"], "\x1f\x8b\x08"), Ok()),
            new("upload in pieces", Client(Request("POST /x", ["Content-Length: 6"], "ab")), Client("cd"), Client("ef"), App(Ok())),
            new("upload in chunks, one after the other", Client(Request("POST /x", ["Transfer-Encoding: chunked"])), Client("2\r\nab\r\n"), Client("2\r\ncd\r\n"), Client("0\r\n\r\n"), App(Ok())),
            new("upload byte by byte", new(Side.Client, Act.Dribble, Request("POST /x", ["X-Slow: 1", "Content-Length: 12"], "one by one..")), App(Ok())),
            new("upload in chunks byte by byte", new(Side.Client, Act.Dribble, Request("POST /x", ["Transfer-Encoding: chunked"], "5\r\nslow \r\n4\r\ndown\r\n0\r\n\r\n")), App(Ok())),
            new("upload that waits for 100", Client(Request("POST /x", ["Expect: 100-continue", "Content-Length: 5"])), App("HTTP/1.1 100 Continue\r\n\r\n"), Client("hello"), App(Ok())),
            new("upload in chunks that waits for 100", Client(Request("POST /x", ["Expect: 100-continue", "Transfer-Encoding: chunked"])), App("HTTP/1.1 100 Continue\r\n\r\n"), Client("5\r\nhello\r\n0\r\n\r\n"), App(Ok())),
            new("upload that waits for 100 and is refused", Client(Request("POST /x", ["Expect: 100-continue", "Content-Length: 5000"])), App(Answer("417 Expectation Failed", ["Content-Length: 2", "Connection: close"], "no")), new(Side.App, Act.Close)),
            new("upload answered before it ends", Client(Request("POST /x", ["Content-Length: 100"], "part")), App(Answer("413 Content Too Large", ["Content-Length: 2", "Connection: close"], "no")), new(Side.App, Act.Close)),
            new("upload answered while it goes on", Client(Request("POST /x", ["Content-Length: 6"], "abc")), App(Answer("200 OK", ["Transfer-Encoding: chunked"], "1\r\na\r\n")), Client("def"), App("1\r\nb\r\n0\r\n\r\n")),
            new("upload half closed at its end", Client(Request("POST /x", ["Content-Length: 5", "Connection: close"], "hello")), new(Side.Client, Act.HalfClose), App(Ok("ok", "Connection: close")), new(Side.App, Act.Close)),
            new("request half closed", Client(Get("Connection: close")), new(Side.Client, Act.HalfClose), App(Ok("ok", "Connection: close")), new(Side.App, Act.Close)),
        ];
    }

    private static IEnumerable<Exchange> Answers() =>
    [
        .. ((string[])["200 OK", "201 Created", "299 Odd But Legal", "404 Nix da", "418 I'm a teapot", "451 Unavailable For Legal Reasons", "500 Internal Server Error", "503 Service Unavailable", "599 x", "799 y"])
            .Select(static status => Of($"answer {status}", Get(), Answer(status, ["Content-Length: 2"], "ok"))),
        Of("answer without a reason", Get(), Answer("200 ", ["Content-Length: 2"], "ok")),
        Of("answer 204", Get(), Answer("204 No Content", ["ETag: \"x\""])),
        Of("answer 304", Get("If-None-Match: \"x\""), Answer("304 Not Modified", ["ETag: \"x\"", "Cache-Control: max-age=1"])),
        Of("answer 304 with a length", Get("If-None-Match: \"x\""), Answer("304 Not Modified", ["Content-Length: 1234"])),
        Of("answer 302", Get(), Answer("302 Found", ["Location: //else/../where?%zz", "Content-Length: 0"])),
        Of("answer 401", Get(), Answer("401 Unauthorized", ["WWW-Authenticate: Basic realm=\"a, b\"", "WWW-Authenticate: Negotiate", "Content-Length: 0"])),
        Of("answer 205 without a word on its body", Get(), Answer("205 Reset Content", ["Content-Length: 0"])),
        Of("answer after a 103", Get(), "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + Ok()),
        Of("answer after a 102", Get(), "HTTP/1.1 102 Processing\r\n\r\n" + Ok()),
        Of("answer with headers repeated", Get(), Ok("ok", "Set-Cookie: a=1; expires=never", "X-Twice: b", "Set-Cookie: b=\xE9", "X-Twice: a", "Vary: a", "Vary: b")),
        Of("answer with headers in odd case", Get(), Ok("ok", "x-LOWER: 1", "content-TYPE: text/plain", "SERVER: theirs")),
        Of("answer with header values of any bytes", Get(), Ok("ok", "X-Utf8: \xC3\xA9", "X-Latin1: \xE9", "X-Empty:", "X-Tab: a\tb", "Content-Type: text/plain", "Content-Type: a/b", "Authorization: token", "Content-Disposition: attachment; filename=\"\xE9.txt\"")),
        Of("answer with header values that parsers stumble over", Get(), Ok("ok", "Expires: -1", "Last-Modified: never", "ETag: unquoted", "Age: old", "Retry-After: soon", "Cache-Control: ,", "Content-Language: ,", "Allow:", "Via: x", "Warning: x", "Location: not a url")),
        Of("answer without a Date", Get(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        Of("answer with Connection: close", Get(), Ok("ok", "Connection: close")),
        Of("answer with a Connection token", Get(), Ok("ok", "Connection: X-Hop", "X-Hop: 1")),
        Of("answer with Keep-Alive", Get(), Ok("ok", "Connection: keep-alive", "Keep-Alive: timeout=5")),
        Of("answer with headers for proxies", Get(), Ok("ok", "Alt-Svc: h3=\":443\"", "Proxy-Authenticate: Basic", "Strict-Transport-Security: max-age=1", "X-Accel-Buffering: no")),
        Of("answer with headers of 40 KiB", Get(), Ok("ok", [.. Enumerable.Range(0, 40).Select(static i => FormattableString.Invariant($"X-Long-{i}: {new string('x', 1000)}"))])),
        new("two requests on one connection", Client(Get()), App(Ok("one")), Client(Request("POST /y", ["Content-Length: 3"], "two")), App(Ok("two"))),
    ];

    private static IEnumerable<Exchange> AnswerBodies()
    {
        var bytes = string.Concat(Enumerable.Range(0, 256).Select(static i => (char)i));
        return
        [
            Of("download of every byte", Get(), Ok(bytes)),
            Of("download of nothing", Get(), Ok("")),
            Of("download that is compressed", Get("Accept-Encoding: gzip"), Ok("\x1f\x8b\x08\0", "Content-Encoding: gzip", "Vary: Accept-Encoding")),
            Of("download in chunks", Get(), Answer("200 OK", ["Transfer-Encoding: chunked"], "3\r\nabc\r\n1;ext\r\nd\r\n0\r\n\r\n")),
            Of("download of no chunk", Get(), Answer("200 OK", ["Transfer-Encoding: chunked"], "0\r\n\r\n")),
            Of("download in chunks with trailers", Get("TE: trailers"), Answer("200 OK", ["Trailer: X-Sum", "Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n")),
            new("download until the connection ends", Client(Get("Connection: close")), App(Answer("200 OK", ["Connection: close"], "abc")), new(Side.App, Act.Close)),
            new("download byte by byte", Client(Get()), new(Side.App, Act.Dribble, Ok("one by one"))),
            new("download in chunks byte by byte", Client(Get()), new(Side.App, Act.Dribble, Answer("200 OK", ["Transfer-Encoding: chunked"], "5\r\nslow \r\n4\r\ndown\r\n0\r\n\r\n"))),
            new("download in pieces", Client(Get()), App(Answer("200 OK", ["Content-Length: 6"], "ab")), App("cd"), App("ef")),
            new("events, each waited for", Client(Get("Accept: text/event-stream")), App(Answer("200 OK", ["Content-Type: text/event-stream", "Transfer-Encoding: chunked"])), App("9\r\ndata: 1\n\n\r\n"), App("9\r\ndata: 2\n\n\r\n"), App("0\r\n\r\n")),
            new("events until the connection ends", Client(Get("Accept: text/event-stream")), App(Answer("200 OK", ["Content-Type: text/event-stream", "Connection: close"])), App("data: 1\n\n"), App("data: 2\n\n"), new(Side.App, Act.Close)),
            new("head with a length long before the body", Client(Get()), App(Answer("200 OK", ["Content-Length: 2"])), App("ok")),
        ];
    }

    private static IEnumerable<Exchange> Endings()
    {
        Step close = new(Side.App, Act.Close), reset = new(Side.App, Act.Reset), seen = new(Side.Client, Act.SeeEnd), gone = new(Side.App, Act.SeeEnd);
        var (length, chunked, open) = (Answer("200 OK", ["Content-Length: 100"], "half"), Answer("200 OK", ["Transfer-Encoding: chunked"], "4\r\nhalf\r\n"), Answer("200 OK", [], "half"));
        return
        [
            new("app closes within a length", Client(Get()), App(length), close, seen),
            new("app is gone within a length", Client(Get()), App(length), reset, seen),
            new("app closes between chunks", Client(Get()), App(chunked), close, seen),
            new("app is gone between chunks", Client(Get()), App(chunked), reset, seen),
            new("app closes within a chunk", Client(Get()), App(Answer("200 OK", ["Transfer-Encoding: chunked"], "64\r\nhalf")), close, seen),
            new("app closes before the last line of its chunks", Client(Get()), App(Answer("200 OK", ["Transfer-Encoding: chunked"], "4\r\nhalf\r\n0\r\n")), close, seen),
            new("app is gone in an answer without a length", Client(Get()), App(open), reset, seen),
            new("client goes away before an answer", Client(Get()), new(Side.Client, Act.Close), gone),
            new("client is gone before an answer", Client(Get()), new(Side.Client, Act.Reset), gone),
            new("client goes away within a length", Client(Get()), App(length), new(Side.Client, Act.Close), gone),
            new("client goes away between chunks", Client(Get()), App(chunked), new(Side.Client, Act.Close), gone),
            new("client is gone between chunks", Client(Get()), App(chunked), new(Side.Client, Act.Reset), gone),
            new("client goes away within its upload", Client(Request("POST /x", ["Content-Length: 100"], "half")), new(Side.Client, Act.Close), gone),
            new("client goes away between the chunks of its upload", Client(Request("POST /x", ["Transfer-Encoding: chunked"], "4\r\nhalf\r\n")), new(Side.Client, Act.Close), gone),
            new("client half closes within its upload", Client(Request("POST /x", ["Content-Length: 100"], "half")), new(Side.Client, Act.HalfClose), gone),
            new("HTTP/1.0 with a length", Client($"GET /x HTTP/1.0\r\nHost: {Host}\r\n\r\n"), App(Ok("ok", "Connection: close")), close, seen),
            new("HTTP/1.0 without a length", Client($"GET /x HTTP/1.0\r\nHost: {Host}\r\n\r\n"), App(Answer("200 OK", ["Connection: close"], "abc")), close, seen),
            new("HTTP/1.0 without Host", Client("GET /x HTTP/1.0\r\n\r\n"), App(Ok("ok", "Connection: close")), close, seen),
            new("HTTP/1.0 that keeps its connection", Client($"GET /x HTTP/1.0\r\nHost: {Host}\r\nConnection: keep-alive\r\n\r\n"), App(Ok("ok", "Connection: keep-alive")), Client($"GET /y HTTP/1.0\r\nHost: {Host}\r\nConnection: keep-alive\r\n\r\n"), App(Ok("ok", "Connection: keep-alive"))),
            new("HTTP/1.0 from the app", Client(Get()), App("HTTP/1.0 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\nold"), close),
        ];
    }

    private static IEnumerable<Exchange> Tunnels()
    {
        const string Asked = "Upgrade: websocket";
        var upgrade = Get("Connection: Upgrade", Asked, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
        var switched = Answer("101 Switching Protocols", ["Connection: Upgrade", Asked, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Sec-WebSocket-Protocol: chat"]);
        return
        [
            // Text, ping and pong, binary in two frames, and a close with a code of its own from either side.
            new(
                "WebSocket with every kind of frame",
                Client(upgrade), App(switched), Client("\x81\x85\x01\x02\x03\x04igoh\x6e"), App("\x81\x02hi"), App("\x89\x04ping"), Client("\x8A\x84\0\0\0\0ping"), App("\u0002\u0001a"), App("\u0080\u0001b"),
                Client("\x88\x86\0\0\0\0\x10\xE1\x65nd."), App("\x88\x06\x10\xE1\x65nd."), new(Side.App, Act.Close), new(Side.Client, Act.SeeEnd)),
            new("WebSocket whose app is gone", Client(upgrade), App(switched), App("\x81\x02hi"), new(Side.App, Act.Reset), new(Side.Client, Act.SeeEnd)),
            new("WebSocket whose client is gone", Client(upgrade), App(switched), Client("\x81\x82\0\0\0\0hi"), new(Side.Client, Act.Reset), new(Side.App, Act.SeeEnd)),
            new("WebSocket refused", Client(upgrade), App(Answer("403 Forbidden", ["Content-Length: 2"], "no"))),
            new("upgrade to something else", Client(Get("Connection: Upgrade", "Upgrade: chat/2, x")), App(Answer("101 Switching Protocols", ["Connection: Upgrade", "Upgrade: chat/2"])), Client("hello"), App("hello to you"), new(Side.App, Act.Close), new(Side.Client, Act.SeeEnd)),
            new("upgrade ignored", Client(Get("Connection: Upgrade", "Upgrade: h2c")), App(Ok())),
        ];
    }
}
