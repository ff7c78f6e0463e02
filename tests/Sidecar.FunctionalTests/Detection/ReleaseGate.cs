using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Detection;

/// <summary>
/// RAGFlow of whichever release, on one port: has that release's recovery paths and no other, and answers to the rest as its framework
/// does. Goes down, comes up as another, and remembers all that it was asked. What a release's own handler gets goes on to an
/// app behind it, where there is one.
/// </summary>
internal sealed class ReleaseGate : IAsyncDisposable
{
    private const string Rest = "/api/v1/auth/password/";

    private static readonly Dictionary<string, string[]> Paths = new(StringComparer.Ordinal)
    {
        ["ragflow-v1-single"] = ["GET /v1/user/forget/captcha", "POST /v1/user/forget/otp", "POST /v1/user/forget"],
        ["ragflow-v1"] = ["GET /v1/user/forget/captcha", "POST /v1/user/forget/otp", "POST /v1/user/forget/verify-otp", "POST /v1/user/forget/reset-password"],
        ["ragflow-rest"] = [$"POST {Rest}forgot/captcha", $"POST {Rest}forgot/otp", $"POST {Rest}forgot/otp/verify", $"POST {Rest}reset"],
        ["ragflow-rest-go"] = [$"POST {Rest}forgot/captcha", $"POST {Rest}forgot/otp", $"POST {Rest}forgot/otp/verify", $"POST {Rest}reset"],
        ["none"] = [],
    };

    private readonly HttpClient client = new();
    private readonly int port = FreePort.Next();
    private LoopbackSite? site;
    private volatile string release = "none";

    /// <summary>All there are, by contract.</summary>
    public static IReadOnlyList<string> Releases { get; } = [.. Paths.Keys.Where(static name => name != "none")];

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    /// <summary>Whose users and passwords they are; null for an app of which nothing is expected.</summary>
    public Uri? App { get; set; }

    public ConcurrentQueue<Question> Asked { get; } = [];

    /// <summary>What reached a recovery path and was not the probe's.</summary>
    public IEnumerable<Question> FellThrough => Asked.Where(static question => !question.IsProbe && Paths.Values.Any(paths => paths.Any(path => path.EndsWith(' ' + question.Path, StringComparison.Ordinal))));

    /// <summary>Comes up as a release, or another one takes over at once: then connections that were open end.</summary>
    /// <param name="next">A contract; <c>none</c> for a release without the flow; <c>strange</c>, <c>hang</c> for what is no RAGFlow.</param>
    public async Task ComeUpAsync(string next)
    {
        await GoDownAsync();
        release = next;
        site = await LoopbackSite.StartAsync(port, AnswerAsync);
    }

    public async Task GoDownAsync()
    {
        await (site?.DisposeAsync() ?? ValueTask.CompletedTask);
        site = null;
    }

    public async ValueTask DisposeAsync()
    {
        await GoDownAsync();
        client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var (path, body) = (context.Request.Path.Value!, await reader.ReadToEndAsync(context.RequestAborted));
        var question = new Question(context.Request.Method, path, body, string.Join('\n', context.Request.Headers.Select(static header => $"{header.Key}: {header.Value}")));
        Asked.Enqueue(question);
        await (release switch
        {
            "strange" => context.Response.WriteAsync("<html>hello</html>"),
            "hang" => Task.Delay(Timeout.Infinite, context.RequestAborted),
            var name => AsReleaseAsync(context, name, question),
        });
    }

    private Task AsReleaseAsync(HttpContext context, string name, Question question)
    {
        var isGo = name == "ragflow-rest-go";
        var methods = Paths[name].Where(entry => entry.EndsWith(' ' + question.Path, StringComparison.Ordinal)).Select(static entry => entry.Split(' ')[0]).ToArray();
        return methods.Length == 0 && Paths.Values.Any(paths => paths.Any(path => path.EndsWith(' ' + question.Path, StringComparison.Ordinal))) ? UnknownAsync(context, name, question)
            : methods.Length > 0 && !methods.Contains(question.Method) ? isGo ? NotFoundAsync(context, question) : EnvelopeAsync(context, 100, "<MethodNotAllowed '405: Method Not Allowed'>")
            : isGo && question.Body == "[]" ? EnvelopeAsync(context, 101, "json: cannot unmarshal array into Go value")
            : App is null ? EnvelopeAsync(context, 0, "the app's own handler")
            : PassAsync(context, question);
    }

    private async Task PassAsync(HttpContext context, Question question)
    {
        using var request = new HttpRequestMessage(new HttpMethod(question.Method), new Uri(App!, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));
        if (question.Body.Length > 0)
        {
            request.Content = new StringContent(question.Body, Encoding.UTF8, context.Request.ContentType?.Split(';')[0] ?? "application/json");
        }

        using var answer = await client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>To the oldest releases an unknown path is an exception like any other.</summary>
    private static Task UnknownAsync(HttpContext context, string name, Question question) =>
        name == "ragflow-v1-single" ? EnvelopeAsync(context, 100, "<NotFound '404: Not Found'>") : NotFoundAsync(context, question);

    private static Task NotFoundAsync(HttpContext context, Question question)
    {
        context.Response.StatusCode = 404;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync($$"""{"code":404,"data":null,"error":"Not Found","message":"Not Found: {{question.Path}}"}""");
    }

    private static Task EnvelopeAsync(HttpContext context, int code, string message)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"code":{{code}},"data":null,"message":"{{message}}"}"""));
    }
}

/// <summary>A request as the app got it.</summary>
internal sealed record Question(string Method, string Path, string Body, string Headers)
{
    public bool IsProbe => Headers.Contains("User-Agent: sidecar-contract-probe", StringComparison.OrdinalIgnoreCase);
}
