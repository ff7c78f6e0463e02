using System.Text.Json;

namespace Sidecar.Demo.Mail;

/// <summary>The inbox over HTTP: a page for people, JSON for scripts.</summary>
internal static class InboxSite
{
    public static Task<LoopbackSite> StartAsync(int port, Inbox inbox) => LoopbackSite.StartAsync(port, context => AnswerAsync(context, inbox));

    private static Task AnswerAsync(HttpContext context, Inbox inbox)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        switch (context.Request.Method, context.Request.Path.Value)
        {
            case ("GET", "/"):
                context.Response.ContentType = "text/html; charset=utf-8";
                return context.Response.WriteAsync(InboxPage.Html, context.RequestAborted);
            case ("GET", "/api/messages"):
                context.Response.ContentType = "application/json";
                return JsonSerializer.SerializeAsync(context.Response.Body, inbox.Messages, InboxJson.Plain.IReadOnlyListInboxMessage, context.RequestAborted);
            case ("DELETE", "/api/messages"):
                inbox.Clear();
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            case (_, "/" or "/api/messages"):
                context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                return Task.CompletedTask;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }
}
