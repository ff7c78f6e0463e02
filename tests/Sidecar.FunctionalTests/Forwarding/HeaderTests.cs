using System.Text;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Header values as they arrive at the app: bytes, not text.</summary>
public class HeaderTests(ForwardingWorld world)
{
    [Theory]
    [InlineData("plain")]
    [InlineData("a  b\tc ; \"q\\\"\" (d), e=f")]
    [InlineData("=?utf-8?B?w6k=?=")]
    public async Task Value_AnyAscii_ArrivesAsSent(string value) =>
        Assert.Equal(value, (await world.EchoAsync("GET", "/demo/echo/h", Header("X-Any", value))).Value("X-Any"));

    [Fact]
    public async Task Value_Utf8_ArrivesAsTheSameBytes()
    {
        // RawHttp writes one byte a character, so this is the UTF-8 of the text on the wire; the app reads it as UTF-8.
        var wire = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("é – 名前"));

        Assert.Equal("é – 名前", (await world.EchoAsync("GET", "/demo/echo/h", Header("X-Any", wire))).Value("X-Any"));
    }

    [Theory]
    [InlineData("Authorization", "")]
    [InlineData("Authorization", "Bearer not  parsed, at=all")]
    [InlineData("User-Agent", "curl/8 (weird; (nested) [x] \\")]
    [InlineData("Accept", "*/*;q=oops,, text/html")]
    [InlineData("Accept-Encoding", "gzip, br;q=1.0, zstd")]
    [InlineData("If-Modified-Since", "yesterday")]
    [InlineData("Range", "bytes=0-,-5")]
    [InlineData("Referer", "not a url")]
    [InlineData("Date", "whenever")]
    [InlineData("Content-Type", "application/json; charset=\"utf-8\"; ;x")]
    [InlineData("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("X_Under_Score", "kept")]
    public async Task Value_HoweverOdd_ArrivesAsSent(string name, string value) =>
        Assert.Equal([value], (await world.EchoAsync("POST", "/demo/echo/h", Header(name, value))).Values(name));

    [Fact]
    public async Task Name_Repeated_KeepsAllValuesInOrder()
    {
        var echo = await world.EchoAsync("GET", "/demo/echo/h", Header("X-Twice", "b"), Header("X-Other", "-"), Header("X-Twice", "a"), Header("X-Twice", "a"));

        // One line or three mean the same (RFC 9110, 5.3).
        Assert.Equal("b, a, a", string.Join(", ", echo.Values("X-Twice")));
    }

    [Theory]
    [InlineData("app.example:8443")]
    [InlineData("APP.example")]
    [InlineData("[::1]:8080")]
    public async Task Host_WithOrWithoutPort_IsTheClients(string host) =>
        Assert.Equal(host, (await world.EchoAsync("GET", "/demo/echo/h", Header("Host", host))).Value("Host"));

    [Fact]
    public async Task Headers_OfAPlainRequest_GainOnlyForwarded()
    {
        var echo = await world.EchoAsync("GET", "/demo/echo/h", Header("Accept", "*/*"));

        Assert.Equal(
            ["accept", "host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
            echo.Headers.Select(static header => header.Key.ToLowerInvariant()).Order(StringComparer.Ordinal));
    }

    private static KeyValuePair<string, string> Header(string name, string value) => new(name, value);
}

public sealed class YarpHeaderTests(YarpWorld world) : HeaderTests(world);
