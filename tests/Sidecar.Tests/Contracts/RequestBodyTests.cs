using System.Text;
using CsCheck;
using Sidecar.Contracts;

namespace Sidecar.Tests.Contracts;

public sealed class RequestBodyTests
{
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData(Json)]
    [InlineData(Form)]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task Read_Nothing_IsAnEmptyObject(string? contentType)
    {
        var body = await ReadAsync("", contentType);

        Assert.Equal((BodyProblem.None, false), (body.Problem, body.Fields["email"].IsGiven));
    }

    [Theory]
    [InlineData("{\"email\":\"a@b\"}", Json)]
    [InlineData(" \r\n{\"email\" : \"a@b\"}\n", "application/json; charset=utf-8")]
    [InlineData("{\"e\\u006dail\":\"a\\u0040b\"}", "APPLICATION/JSON")]
    [InlineData("email=a%40b&x=1", Form)]
    [InlineData("email=a@b", Form + "; charset=utf-8")]
    [InlineData("--B\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na@b\r\n--B--\r\n", "multipart/form-data; boundary=B")]
    [InlineData("--B\r\nContent-Disposition: form-data; name=email\r\nContent-Type: text/plain\r\n\r\na@b\r\n--B--\r\n", "multipart/form-data; boundary=\"B\"")]
    public async Task Read_WhatTheAppUnderstands_IsUnderstood(string text, string contentType)
    {
        var body = await ReadAsync(text, contentType);

        Assert.Equal((BodyProblem.None, "a@b"), (body.Problem, body.Fields["email"].Text));
        Assert.Equal(text, Encoding.UTF8.GetString(body.Bytes.Span));
    }

    [Theory]
    [InlineData("{bad", Json, "MalformedJson")]
    [InlineData("{\"email\":\"a\"}x", Json, "MalformedJson")]
    [InlineData("{\"email\":\"a\",}", Json, "MalformedJson")]
    [InlineData("{\"email\":NaN}", Json, "MalformedJson")]
    [InlineData("{\"email\":Infinity}", Json, "MalformedJson")]
    [InlineData("{/**/}", Json, "MalformedJson")]
    [InlineData("\uFEFF{\"email\":\"a\"}", Json, "MalformedJson")]
    [InlineData("{\"email\":\"\\ud800\"}", Json, "MalformedJson")]
    [InlineData("{\"\\udc00\":\"a\"}", Json, "MalformedJson")]
    [InlineData("{\"email\":\"\\x\"}", Json, "MalformedJson")]
    [InlineData(" ", Json, "MalformedJson")]
    [InlineData("[]", Json, "NotAnObject")]
    [InlineData("\"str\"", Json, "NotAnObject")]
    [InlineData("123", Json, "NotAnObject")]
    [InlineData("null", Json, "NotAnObject")]
    [InlineData("true", Json, "NotAnObject")]
    [InlineData("{\"email\":\"a\"}", "text/plain", "NotAForm")]
    [InlineData("{\"email\":\"a\"}", null, "NotAForm")]
    [InlineData("{\"email\":\"a\"}", ";;", "NotAForm")]
    [InlineData("email=a", "multipart/form-data", "NotAForm")]
    [InlineData("email=a", "multipart/form-data; boundary=\"\"", "NotAForm")]
    [InlineData("email=a", "multipart/form-data; boundary=B", "NotAForm")]
    [InlineData("--B\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na", "multipart/form-data; boundary=B", "NotAForm")]
    public async Task Read_WhatTheAppRefuses_IsNamed(string text, string? contentType, string problem) =>
        Assert.Equal(problem, (await ReadAsync(text, contentType)).Problem.ToString());

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task Read_DeepNesting_IsMalformed(string open, string close)
    {
        var text = string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000));

        Assert.Equal(BodyProblem.MalformedJson, (await ReadAsync(text[..Math.Min(text.Length, RequestBody.MostBytes)], Json)).Problem);
    }

    [Fact]
    public async Task Read_BytesThatAreNoUtf8_AreMalformed() =>
        Assert.Equal(BodyProblem.MalformedJson, (await ReadAsync([.. "{\"email\":\""u8, 0xFF, 0xFE, .. "\"}"u8], Json)).Problem);

    [Theory]
    [InlineData(RequestBody.MostBytes, false, "None")]
    [InlineData(RequestBody.MostBytes, true, "None")]
    [InlineData(RequestBody.MostBytes + 1, false, "TooLarge")]
    [InlineData(RequestBody.MostBytes + 1, true, "TooLarge")]
    [InlineData(10 * RequestBody.MostBytes, false, "TooLarge")]
    public async Task Read_Size_IsBoundedToTheByte(int size, bool tellsLength, string problem)
    {
        var exchange = new HttpExchange().Body(Encoding.UTF8.GetBytes("{\"email\":\"" + new string('a', size - 12) + "\"}"), Json);
        exchange.Context.Request.ContentLength = tellsLength ? size : null;

        Assert.Equal(problem, (await RequestBody.ReadAsync(exchange.Context.Request, default)).Problem.ToString());
    }

    [Fact]
    public async Task Read_AnnouncedTooLarge_IsNotRead()
    {
        var exchange = new HttpExchange().Body([], Json);
        exchange.Context.Request.Body = Stream.Null;
        exchange.Context.Request.ContentLength = RequestBody.MostBytes + 1;

        Assert.Equal(BodyProblem.TooLarge, (await RequestBody.ReadAsync(exchange.Context.Request, default)).Problem);
    }

    [Fact]
    public async Task Read_FormOfTooManyFields_IsNoForm() =>
        Assert.Equal(BodyProblem.NotAForm, (await ReadAsync(string.Join('&', Enumerable.Range(0, 65).Select(static i => $"a{i}=1")), Form)).Problem);

    [Fact]
    public async Task Read_MultipartOfTooManyFields_IsNoForm()
    {
        var parts = string.Concat(Enumerable.Range(0, 65).Select(static i => $"--B\r\nContent-Disposition: form-data; name=a{i}\r\n\r\n1\r\n"));

        Assert.Equal(BodyProblem.NotAForm, (await ReadAsync(parts + "--B--\r\n", "multipart/form-data; boundary=B")).Problem);
    }

    [Fact]
    public async Task Read_EndlessBoundary_IsNoForm() =>
        Assert.Equal(BodyProblem.NotAForm, (await ReadAsync("--B", $"multipart/form-data; boundary={new string('B', 5000)}")).Problem);

    [Fact]
    public void Read_AnyBytesOfAnyType_NeverThrow()
    {
        var types = new[] { Json, Form, "multipart/form-data; boundary=B", "text/plain", "", null };
        var text = Gen.String[Gen.Char["{}[]\":,\\ue0189d&=%+-B\r\n ;naContent-Disposition: form-data; name=\uD800\uFEFFÿ"], 0, 60].Select(Encoding.UTF8.GetBytes);
        var multipart = text.Select(static bytes => (byte[])[.. "--B\r\n"u8, .. bytes, .. "\r\n--B--"u8]);
        Gen.Select(Gen.OneOf(Gen.Byte.Array[0, 100], text, multipart), Gen.Int[0, types.Length - 1]).Sample((bytes, type) => Enum.IsDefined(Read(bytes, types[type]).Problem), iter: 3000);
    }

    [Fact]
    public void Read_AnyContentType_NeverThrows() =>
        Gen.Select(Gen.String[Gen.Char["multipart/form-data; boundary=\"B\\\"x,\0"], 0, 60], Gen.Bool).Sample(static (noise, start) =>
            Enum.IsDefined(Read("--B\r\n\r\n"u8.ToArray(), start ? "multipart/form-data; boundary=" + noise : noise).Problem));

    private static ValueTask<ParsedBody> ReadAsync(string text, string? contentType) => ReadAsync(Encoding.UTF8.GetBytes(text), contentType);

    private static ValueTask<ParsedBody> ReadAsync(byte[] bytes, string? contentType) => RequestBody.ReadAsync(new HttpExchange().Body(bytes, contentType).Context.Request, default);

    private static ParsedBody Read(byte[] bytes, string? contentType) => ReadAsync(bytes, contentType).AsTask().GetAwaiter().GetResult();
}
