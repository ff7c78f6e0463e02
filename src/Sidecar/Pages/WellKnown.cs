using Microsoft.AspNetCore.Http;

namespace Sidecar.Pages;

/// <summary>
/// What password managers ask any site for: where a password is changed, and, to know whether to believe that answer, a name
/// that nothing has. An app that answers 200 to everything would have its redirect disbelieved.
/// </summary>
/// <param name="page">Where a password is changed.</param>
internal sealed class WellKnown(string page)
{
    public const string ChangePassword = "/.well-known/change-password";
    public const string Nothing = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";

    public Task RedirectAsync(HttpContext context)
    {
        var response = context.Response;
        PageHeaders.Write(response.Headers);
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status302Found;
            response.Headers.Location = page;
        }
        else
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
        }

        return Task.CompletedTask;
    }

    public static Task NothingAsync(HttpContext context)
    {
        PageHeaders.Write(context.Response.Headers);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
