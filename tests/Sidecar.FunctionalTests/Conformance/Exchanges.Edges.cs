using static Sidecar.FunctionalTests.Conformance.Exchange;

namespace Sidecar.FunctionalTests.Conformance;

/// <summary>What is rare, large, doubtful or out of turn.</summary>
internal static partial class Exchanges
{
    private static IEnumerable<Exchange> Turns()
    {
        Step close = new(Side.App, Act.Close), halfClose = new(Side.App, Act.HalfClose), reset = new(Side.App, Act.Reset), seen = new(Side.Client, Act.SeeEnd);
        return
        [
            new("requests two at once", new(Side.Client, Act.Pipeline, Get() + Request("GET /y", [])), App(Ok("one")), App(Ok("two"))),
            new("requests three at once, one with a body", new(Side.Client, Act.Pipeline, Get() + Request("POST /y", ["Content-Length: 3"], "two") + Request("GET /z", [])), App(Ok("one")), App(Ok("two")), App(Ok("three"))),
            new("upload answered, then sent to its end", Client(Request("POST /x", ["Content-Length: 6"], "abc")), App(Ok()), Client("def")),
            new("upload in chunks answered, then sent to its end", Client(Request("POST /x", ["Transfer-Encoding: chunked"], "3\r\nabc\r\n")), App(Ok()), Client("3\r\ndef\r\n0\r\n\r\n")),
            new("upload answered, sent to its end, and another request", Client(Request("POST /x", ["Content-Length: 6"], "abc")), App(Ok("one")), Client("def"), Client(Request("GET /y", [])), App(Ok("two"))),
            new("upload to an app that has said all it will", Client(Request("POST /x", ["Content-Length: 6"], "abc")), App(Ok()), halfClose, Client("def")),
            new("no answer: app closes", Client(Get()), close, seen),
            new("no answer: app is gone", Client(Get()), reset, seen),
            new("no answer: app is gone within an upload", Client(Request("POST /x", ["Content-Length: 100"], "half")), reset, seen),
            new("no answer: app closes within its head", Client(Get()), new(Side.App, Act.Mutter, "HTTP/1.1 200 OK\r\nContent-Le"), close, seen),
            new("no answer: app closes after an interim one", Client(Get()), new(Side.App, Act.Mutter, "HTTP/1.1 103 Early Hints\r\n\r\n"), close, seen),
            new("app that is gone once it has answered", Client(Get()), App(Ok()), close),
            new("HTTP/1.0 from the app with a length", Client(Get()), App("HTTP/1.0 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 3\r\n\r\nold"), close),
            new("HTTP/1.0 from the app that keeps its connection", Client(Get()), App("HTTP/1.0 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nold"), Client(Request("GET /y", [])), App(Ok())),
            new("HTTP/1.0 with an upload", Client($"POST /x HTTP/1.0\r\nHost: {Host}\r\nContent-Length: 5\r\n\r\nhello"), App(Ok("ok", "Connection: close")), close, seen),
            new("HTTP/1.0 that is answered in chunks", Client($"GET /x HTTP/1.0\r\nHost: {Host}\r\n\r\n"), App(Answer("200 OK", ["Connection: close", "Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\n\r\n")), close, seen),
        ];
    }

    private static IEnumerable<Exchange> Sizes()
    {
        string[] large = [.. Enumerable.Range(0, 60).Select(static i => FormattableString.Invariant($"X-Long-{i}: {new string('x', 1000)}"))];
        string[] many = [.. Enumerable.Range(0, 1000).Select(static i => FormattableString.Invariant($"X-{i}: {i}"))];
        return
        [
            Of("headers of 60 KiB", Get(large), Ok()),
            Of("header of 60 KiB in one line", Get("X-Long: " + new string('x', 60 * 1024)), Ok()),
            Of("headers in 1,000 lines", Get(many), Ok()),
            Of("headers in 1,000 lines of one name", Get([.. Enumerable.Range(0, 1000).Select(static i => FormattableString.Invariant($"X-Same: {i}"))]), Ok()),
            Of("answer with headers of 60 KiB", Get(), Ok("ok", large)),
            Of("answer with a header of 60 KiB in one line", Get(), Ok("ok", "X-Long: " + new string('x', 60 * 1024))),
            Of("answer with headers in 1,000 lines", Get(), Ok("ok", many)),
            Of("answer with 100 cookies", Get(), Ok("ok", [.. Enumerable.Range(0, 100).Select(static i => FormattableString.Invariant($"Set-Cookie: c{i % 7}={i}; Path=/"))])),
            Of("upload of 300 KiB", Request("POST /x", ["Content-Length: 307200"], new string('u', 307200)), Ok()),
            Of("download of 300 KiB", Get(), Ok(new string('d', 307200))),
            Of("download in chunks of 300 KiB", Get(), Answer("200 OK", ["Transfer-Encoding: chunked"], $"25800\r\n{new string('d', 153600)}\r\n25800\r\n{new string('e', 153600)}\r\n0\r\n\r\n")),
        ];
    }

    private static IEnumerable<Exchange> Oddities() =>
    [
        Of("upload in chunks of odd sizes", Request("POST /x", ["Transfer-Encoding: chunked"], "0003\r\nabc\r\nA;n=\"v;w\";m\r\n0123456789\r\n000\r\n\r\n"), Ok()),
        Of("upload in chunks with trailers nobody announced", Request("POST /x", ["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n"), Ok()),
        Of("upload in chunks with trailers that mean something", Request("POST /x", ["Trailer: Connection, Content-Length, X-Sum", "Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\nConnection: close\r\nContent-Length: 5\r\nX-Sum: 1\r\n\r\n"), Ok()),
        Of("download in chunks of odd sizes", Get(), Answer("200 OK", ["Transfer-Encoding: chunked"], "0003\r\nabc\r\nA;n=\"v;w\";m\r\n0123456789\r\n000\r\n\r\n")),
        Of("download in chunks with trailers that mean something", Get("TE: trailers"), Answer("200 OK", ["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\nConnection: close\r\nX-Sum: 1\r\n\r\n")),
        Of("header Expect that nobody knows", Get("Expect: more"), Ok()),
        Of("header values that are empty", Get("X-None:", "X-Blank:  \t ", "Cookie:", "Accept:"), Ok("ok", "X-None:", "X-Blank: \t", "Set-Cookie:")),
        Of("answer after several interim ones", Get(), "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Odd: \xE9\r\n\r\n" + Ok()),
        Of("answer after a 100 that nobody waits for", Get(), "HTTP/1.1 100 Continue\r\n\r\n" + Ok()),
        new("answer long after a 103", Client(Get()), App("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"), App(Ok())),
        Of("answer 999", Get(), Answer("999 Request Denied", ["Content-Length: 2"], "ok")),
        Of("answer with a reason beyond ASCII", Get(), Answer("404 N\xC3\xB6 \xE9", ["Content-Length: 2"], "ok")),
        Of("answer with a reason of spaces and tabs", Get(), Answer("404  a\tb  c", ["Content-Length: 2"], "ok")),
        Of("answer 205 in no chunk", Get(), Answer("205 Reset Content", ["Transfer-Encoding: chunked"], "0\r\n\r\n")),
        Of("answer 304 in chunks of none", Get("If-None-Match: \"x\""), Answer("304 Not Modified", ["Transfer-Encoding: chunked"])),
        Of("answer 204 with a length", Get(), Answer("204 No Content", ["Content-Length: 0"])),
        Of("method HEAD of a 404", Request("HEAD /x", []), Answer("404 Not Found", ["Content-Length: 9"])),
        Of("method HEAD of a 304", Request("HEAD /x", []), Answer("304 Not Modified", ["Content-Length: 9", "ETag: \"x\""])),
        new("WebSocket answered with 200", Client(Get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13")), App(Ok())),
        new("WebSocket answered with 426", Client(Get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 8")), App(Answer("426 Upgrade Required", ["Sec-WebSocket-Version: 13", "Content-Length: 0"]))),
        // What two readers could take for two things.
        Of("target in absolute form for another host", Request("GET http://other.example/x", []), Ok()),
        Of("doubtful: no Host", "GET /x HTTP/1.1\r\n\r\n", Ok()),
        Of("doubtful: space in the target", Request("GET /a b", []), Ok()),
        Of("doubtful: two lengths", Request("POST /x", ["Content-Length: 2", "Content-Length: 3"], "abc"), Ok()),
        Of("doubtful: one length twice", Request("POST /x", ["Content-Length: 3", "Content-Length: 3"], "abc"), Ok()),
        Of("doubtful: length and chunks", Request("POST /x", ["Content-Length: 3", "Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\n\r\n"), Ok()),
        Of("doubtful: answer with two lengths", Get(), Answer("200 OK", ["Content-Length: 2", "Content-Length: 3"], "abc")),
        Of("doubtful: answer with one length twice", Get(), Answer("200 OK", ["Content-Length: 2", "Content-Length: 2"], "ok")),
        Of("doubtful: answer with length and chunks", Get(), Answer("200 OK", ["Content-Length: 2", "Transfer-Encoding: chunked"], "2\r\nok\r\n0\r\n\r\n")),
        Of("doubtful: answer 205 with a body", Get(), Answer("205 Reset Content", ["Content-Length: 2"], "ok")),
    ];
}
