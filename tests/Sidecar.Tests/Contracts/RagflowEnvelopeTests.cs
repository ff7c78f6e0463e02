using Sidecar.Contracts;

namespace Sidecar.Tests.Contracts;

public sealed class RagflowEnvelopeTests
{
    [Theory]
    [InlineData(0, true, "ok", """{"code":0,"data":true,"message":"ok"}""")]
    [InlineData(102, false, "invalid email", """{"code":102,"data":false,"message":"invalid email"}""")]
    [InlineData(100, null, "malformed JSON", """{"code":100,"data":null,"message":"malformed JSON"}""")]
    public async Task Write_Answer_HasTheAppsBytes(int code, bool? data, string message, string bytes)
    {
        var exchange = new HttpExchange();
        await RagflowEnvelope.WriteAsync(exchange.Context, code, data, message);

        Assert.Equal((200, "application/json", bytes.Length, bytes), (exchange.Context.Response.StatusCode, exchange.Context.Response.ContentType, exchange.Context.Response.ContentLength, exchange.Answer));
    }

    [Fact]
    public async Task Write_Head_TellsTheLengthAndNothingMore()
    {
        var exchange = new HttpExchange("HEAD");
        await RagflowEnvelope.WriteAsync(exchange.Context, 0, true, "ok");

        Assert.Equal((37, ""), (exchange.Context.Response.ContentLength, exchange.Answer));
    }

    [Fact]
    public async Task WriteNotFound_Path_IsTheFrameworksAnswer()
    {
        var exchange = new HttpExchange();
        await RagflowEnvelope.WriteNotFoundAsync(exchange.Context, "/v1/user/forget");

        Assert.Equal((404, """{"code":404,"data":null,"error":"Not Found","message":"Not Found: /v1/user/forget"}"""), (exchange.Context.Response.StatusCode, exchange.Answer));
    }
}
