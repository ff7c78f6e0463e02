using System.Net;
using System.Text;
using CsCheck;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Tests.Contracts;

public sealed class VerdictTransformerTests
{
    private readonly ClientAddressResolver _clients = new(new ClientAddressOptions([]));
    private readonly List<AppVerdict> _settled = [];

    [Theory]
    [InlineData("""{"code":0,"data":true,"message":"ok"}""", "Accepted")]
    [InlineData(""" { "message" : "", "code" : 0 } """, "Accepted")]
    [InlineData("""{"code":109,"message":"email not verified"}""", "Refused")]
    [InlineData("""{"code":-1}""", "Refused")]
    [InlineData("""{"code":"0"}""", "Unknown")]
    [InlineData("""{"code":null}""", "Unknown")]
    [InlineData("""{"code":0.5}""", "Unknown")]
    [InlineData("""{"code":99999999999}""", "Unknown")]
    [InlineData("""{"Code":0}""", "Unknown")]
    [InlineData("""[{"code":0}]""", "Unknown")]
    [InlineData("0", "Unknown")]
    [InlineData("""{"code":0""", "Unknown")]
    [InlineData("<html>code: 0</html>", "Unknown")]
    [InlineData("", "Unknown")]
    public async Task Response_OfTheApp_IsReadAndPassedOnWhole(string answer, string verdict)
    {
        var exchange = new HttpExchange();
        var transformer = await ReceiveAsync(exchange, Encoding.UTF8.GetBytes(answer));

        Assert.Equal((verdict, verdict), (transformer.Verdict.ToString(), Assert.Single(_settled).ToString()));
        Assert.Equal((answer, (long?)answer.Length, "kept"), (exchange.Answer, exchange.Context.Response.ContentLength, exchange.Header("X-App")));
    }

    [Fact]
    public async Task Response_None_IsNoVerdict()
    {
        var transformer = Transformer("/x");

        Assert.False(await transformer.TransformResponseAsync(new HttpExchange().Context, null, default));
        Assert.Null(transformer.Verdict);
        Assert.Empty(_settled);
    }

    [Fact]
    public void Response_AnyBytes_NeverCountAsAccepted() => Gen.Byte.Array[0, 40].Sample(
        bytes => ReceiveAsync(new HttpExchange(), bytes).GetAwaiter().GetResult().Verdict == AppVerdict.Unknown, iter: 200, threads: 1);

    [Fact]
    public async Task Request_WhateverSpellingCameIn_GoesOutUnderThePlainPath()
    {
        var context = new HttpExchange().With("Accept-Encoding", "gzip").Context;
        context.Request.Path = "/v1//user/forget/reset-password/";
        context.Request.QueryString = new("?a=%2F");
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        using var outgoing = new HttpRequestMessage();

        await Transformer("/v1/user/forget/reset-password").TransformRequestAsync(context, outgoing, "http://app.test:9380", default);

        Assert.Equal("http://app.test:9380/v1/user/forget/reset-password?a=%2F", outgoing.RequestUri!.OriginalString);
        Assert.False(outgoing.Headers.Contains("Accept-Encoding"));
    }

    private async Task<VerdictTransformer> ReceiveAsync(HttpExchange exchange, byte[] answer)
    {
        var transformer = Transformer("/x");
        using var response = new HttpResponseMessage { Content = new ByteArrayContent(answer) };
        response.Headers.Add("X-App", "kept");
        await transformer.TransformResponseAsync(exchange.Context, response, default);
        return transformer;
    }

    private VerdictTransformer Transformer(string path) => new(_clients, OwnHeaders.Default, path, new RagflowContract(), verdict =>
    {
        _settled.Add(verdict);
        return ValueTask.CompletedTask;
    });
}
