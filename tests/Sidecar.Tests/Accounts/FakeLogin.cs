using System.Net;
using System.Text;

namespace Sidecar.Tests.Accounts;

/// <summary>The app's login as the probe meets it: an answer for each path, 404 elsewhere.</summary>
internal sealed class FakeLogin : HttpMessageHandler
{
    public const string Rest = "/api/v1/auth/login";
    public const string V1 = "/v1/user/login";
    public const string Known = """{"code":500,"data":false,"message":"Fail to crypt password"}""";
    public const string Unknown = """{"code":109,"data":false,"message":"Email: x is not registered!"}""";

    public const string NoPassword = """{"code":400,"data":false,"message":"Key: 'EmailLoginRequest.Password' Error:Field validation for 'Password' failed on the 'required' tag"}""";

    private readonly Dictionary<string, string> _toPasswords = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<CancellationToken, Task<HttpResponseMessage>>> _answers = new(StringComparer.Ordinal);

    /// <summary>What was asked: method, target, type and body.</summary>
    public List<string> Asked { get; } = [];

    public FakeLogin Answers(string path, string body, HttpStatusCode status = HttpStatusCode.OK) => Answers(path, Encoding.UTF8.GetBytes(body), status);

    public FakeLogin Answers(string path, byte[] body, HttpStatusCode status = HttpStatusCode.OK) =>
        Does(path, _ => Task.FromResult(new HttpResponseMessage(status) { Content = new ByteArrayContent(body) }));

    /// <summary>The answer to whoever sends a password.</summary>
    public void AnswersPasswords(string path, string body) => _toPasswords[path] = body;

    public FakeLogin Does(string path, Func<CancellationToken, Task<HttpResponseMessage>> answer)
    {
        _answers[path] = answer;
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        Asked.Add($"{request.Method} {request.RequestUri!.PathAndQuery} {request.Content.Headers.ContentType} {body}");
        if (body.Contains("\"password\"", StringComparison.Ordinal) && _toPasswords.TryGetValue(request.RequestUri.AbsolutePath, out var said))
        {
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(said) };
        }

        return _answers.TryGetValue(request.RequestUri.AbsolutePath, out var answer)
            ? await answer(cancellationToken)
            : new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("""{"code":404,"data":null,"message":"Not Found"}""") };
    }
}
