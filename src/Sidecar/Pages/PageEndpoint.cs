using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Proof;
using Sidecar.Throttling;

namespace Sidecar.Pages;

/// <summary>
/// One journey's pages over HTTP: a GET shows where things stand, a POST takes a step and sends the browser back to the GET. So
/// reload, back and a second window show the present, and a sent form is never sent again by accident.
/// </summary>
internal sealed partial class PageEndpoint(
    PageJourney journey,
    PageService? service,
    PageCookie cookies,
    PageModel pages,
    PageSteps steps,
    PageWords words,
    DoubleSubmits submits,
    HostedPagesOptions options,
    ClientAddressResolver clients,
    RequestLimits limits,
    ProxyWarning proxyWarning,
    OriginRule origins,
    TicketCarrier tickets,
    StepTelemetry telemetry,
    ILogger<PageEndpoint> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        var client = clients.Resolve(context);
        var state = PageCookie.New();
        PageHeaders.Write(context.Response.Headers);
        try
        {
            proxyWarning.Look(client);
            state = cookies.Read(context.Request, client, journey) ?? state;
            await (context.Request.Method switch
            {
                "GET" or "HEAD" => ShowAsync(context, client, state),
                "POST" => TakeAsync(context, client, state),
                _ => RefuseMethodAsync(context),
            });
        }
        catch (Exception error) when (error is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // There is nobody to answer.
        }
        catch (BadHttpRequestException error)
        {
            context.Response.StatusCode = error.StatusCode;
            context.Response.Headers.Connection = "close";
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            LogFailed(error);
            context.Response.Clear();
            PageHeaders.Write(context.Response.Headers);
            await ApologiseAsync(context, state);
        }
    }

    /// <summary>With words of its own where even that page cannot be made, as with a template somebody broke.</summary>
    private async Task ApologiseAsync(HttpContext context, PageState state)
    {
        try
        {
            await WriteAsync(context, state, new("unavailable"), StatusCodes.Status503ServiceUnavailable);
        }
        catch (Exception error) when (error is not OperationCanceledException && !context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "text/plain; charset=utf-8";
            context.Response.ContentLength = null;
            await context.Response.WriteAsync("This page is not available right now. Try again later.", context.RequestAborted);
        }
    }

    private async Task ShowAsync(HttpContext context, ClientAddress client, PageState state)
    {
        if (service is null)
        {
            await WriteAsync(context, state, new("unavailable"), StatusCodes.Status503ServiceUnavailable);
            return;
        }

        // What another site merely embeds must not replace a visitor's state; a link from there may begin one.
        if (state.Ends == default && (context.Request.Headers["Sec-Fetch-Site"] != "cross-site" || context.Request.Headers["Sec-Fetch-Mode"] == "navigate"))
        {
            cookies.Write(context, client, journey, state);
        }

        await ShowStepAsync(context, client, state, service, StatusCodes.Status200OK);
    }

    private Task ShowStepAsync(HttpContext context, ClientAddress client, PageState state, PageService service, int status) =>
        state.Step == PageStep.Picture && !HttpMethods.IsHead(context.Request.Method)
            ? ShowPictureAsync(context, client, state, service, status)
            : WriteAsync(context, state, new(state.Step.ToString().ToLowerInvariant()), status);

    /// <summary>Every look draws another picture, and is charged as the API's request for one.</summary>
    private async Task ShowPictureAsync(HttpContext context, ClientAddress client, PageState state, PageService service, int status)
    {
        using var decision = telemetry.Begin(new FlowRoute(StepTelemetry.Pages, journey.Proof.Purpose, FlowStep.Captcha, journey.Path, HttpMethods.Get, IsMounted: true), client, context.Request);
        var outcome = await RefusalAsync(limits.Client, context, client) ?? await RefusalAsync(limits.Captcha, context, client)
            ?? await service.Flow.CaptchaAsync(state.Address, tickets.Read(context.Request, client, journey.Proof.Purpose), context.RequestAborted);
        decision.Make(outcome, state.Address);
        if (outcome is ProofOutcome.CaptchaIssued picture)
        {
            tickets.WriteCookie(context, client, journey.Proof.Purpose, picture.Ticket!);
            await WriteAsync(context, state, new("picture", $"data:{picture.ContentType};base64,{Convert.ToBase64String(picture.Picture.Span)}"), status);
            return;
        }

        state = words.WithoutPicture(state, outcome);
        // Said here and now: kept, it would still stand there beside the picture of the next look.
        cookies.Write(context, client, journey, state with { Notice = PageNotice.None });
        await WriteAsync(context, state, new(state.Step.ToString().ToLowerInvariant()), outcome switch
        {
            ProofOutcome.OverLimit => StatusCodes.Status429TooManyRequests,
            ProofOutcome.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => status,
        });
    }

    private async Task TakeAsync(HttpContext context, ClientAddress client, PageState state)
    {
        if (!IsOwn(context.Request))
        {
            await WriteAsync(context, PageCookie.New() with { Notice = new("forbidden") }, new("address"), StatusCodes.Status403Forbidden);
            return;
        }

        if (await RefusalAsync(limits.Client, context, client) is ProofOutcome.OverLimit over)
        {
            state = words.WithoutPicture(state, over);
            await WriteAsync(context, state, new(state.Step.ToString().ToLowerInvariant()), StatusCodes.Status429TooManyRequests);
            return;
        }

        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        var form = new PageForm(context, client, state, body.Fields, tickets.Read(context.Request, client, journey.Proof.Purpose));
        if (service is null)
        {
            // The words are all there is to choose, with no state that a form could be bound to.
            await (form.Step == "language"
                ? Follow(context, client, new(steps.InLanguage(form)))
                : WriteAsync(context, state, new("unavailable"), StatusCodes.Status503ServiceUnavailable));
            return;
        }

        var isForm = body.Problem == BodyProblem.None && context.Request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;
        // Before the dot is what the cookie holds too, and no page of another site can know.
        var isBound = state.Ends != default && form.Text("page").Split('.', 2)[0] == state.Id;
        await (isForm && isBound
            ? Follow(context, client, await submits.OnceAsync(context.Request.Headers.Cookie.ToString(), body.Bytes, () => steps.TakeAsync(service, form)))
            : RefuseFormAsync(context, client, state, service, body.Problem == BodyProblem.TooLarge ? StatusCodes.Status413PayloadTooLarge : isForm ? StatusCodes.Status403Forbidden : StatusCodes.Status415UnsupportedMediaType));
    }

    /// <summary>A redirect would tell nothing to a browser that keeps no cookies, so this page is the answer itself.</summary>
    private Task RefuseFormAsync(HttpContext context, ClientAddress client, PageState state, PageService service, int status)
    {
        cookies.Write(context, client, journey, state with { Notice = PageNotice.None });
        return ShowStepAsync(context, client, state with { Notice = new("expired") }, service, status);
    }

    private Task Follow(HttpContext context, ClientAddress client, PageAnswer answer)
    {
        cookies.Write(context, client, journey, answer.State);
        if (answer.EndsTicket)
        {
            tickets.Delete(context, client, journey.Proof.Purpose);
        }
        else if (answer.Ticket is { } ticket)
        {
            tickets.WriteCookie(context, client, journey.Proof.Purpose, ticket);
        }

        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = journey.Path;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Whether a form is from these pages. With `no-referrer` browsers send `Origin: null` from them, and over plain http nothing
    /// else: then the cookie, which no other site's form brings along, decides.
    /// </summary>
    private bool IsOwn(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site
        ? site == "same-origin"
        : request.Headers.Origin == "null" || origins.Allows(request);

    private static async ValueTask<ProofOutcome?> RefusalAsync(AxisLimiter limiter, HttpContext context, ClientAddress client)
    {
        var limit = await limiter.AcquireAsync(client.Network, dry: client.LooksProxied, context.RequestAborted);
        if (limit.Allowed)
        {
            return null;
        }

        RateLimitFields.Write(context.Response.Headers, limit);
        return new ProofOutcome.OverLimit(limit);
    }

    private static Task RefuseMethodAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = "GET, HEAD, POST";
        return Task.CompletedTask;
    }

    private async Task WriteAsync(HttpContext context, PageState state, PageView view, int status = StatusCodes.Status200OK)
    {
        var wanted = AcceptedLanguages.Read(context.Request.Headers.AcceptLanguage);
        var language = options.Texts.Choose(state.Language.Length > 0 ? [state.Language, .. wanted] : wanted, options.Language);
        var page = System.Text.Encoding.UTF8.GetBytes(pages.Render(state, language, view));
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = page.Length;
        response.Headers.ContentLanguage = language;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(page, context.RequestAborted);
        }
    }

    [LoggerMessage(LogLevel.Error, "A page failed in a way nobody foresaw; the visitor was told that recovery is not available.")]
    private partial void LogFailed(Exception error);
}
