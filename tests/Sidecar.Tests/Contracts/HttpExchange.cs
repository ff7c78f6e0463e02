using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;

namespace Sidecar.Tests.Contracts;

/// <summary>One request and its answer, without a server.</summary>
internal sealed class HttpExchange
{
    public HttpExchange(string method = "POST")
    {
        Context.Request.Method = method;
        Context.Request.Scheme = "http";
        Context.Request.Host = new("app.example.org");
        Context.Response.Body = new MemoryStream();
    }

    public DefaultHttpContext Context { get; } = new();

    public static ClientAddress Client { get; } = new(IPAddress.Loopback, IPAddress.Loopback, IsHttps: false, StripsForwarded: false, LooksProxied: false);

    public static ClientAddress HttpsClient { get; } = Client with { IsHttps = true };

    /// <summary>The answer's body as text.</summary>
    public string Answer => Encoding.UTF8.GetString(((MemoryStream)Context.Response.Body).ToArray());

    public string Header(string name) => Context.Response.Headers[name].ToString();

    public HttpExchange With(string header, string value)
    {
        Context.Request.Headers[header] = value;
        return this;
    }

    public HttpExchange Body(byte[] body, string? contentType)
    {
        Context.Request.Body = new MemoryStream(body);
        Context.Request.ContentType = contentType;
        return this;
    }
}
