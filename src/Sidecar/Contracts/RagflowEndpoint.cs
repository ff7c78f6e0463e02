using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;
using Sidecar.Recovery;
using Sidecar.Throttling;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Serves RAGFlow's recovery paths: the client's limit first, then the rules of HTTP, then the step. Nothing that comes here
/// reaches the app but a proven reset.
/// </summary>
internal sealed partial class RagflowEndpoint(
    RecoverySwitch recovery,
    ClientAddressResolver clients,
    RequestLimits limits,
    ProxyWarning proxyWarning,
    OriginRule origins,
    TicketCarrier tickets,
    StepTelemetry telemetry,
    ILogger<RagflowEndpoint> logger)
{
    /// <summary>Answers whatever happens, in the contract's words: nobody outside sees a part fail.</summary>
    public async Task HandleAsync(HttpContext context, GuardedPath<RagflowRoute> guarded, string target)
    {
        try
        {
            await AnswerAsync(context, guarded, target);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        catch (BadHttpRequestException error)
        {
            // The body broke the rules of HTTP: the server's own answer to that, and the end of the connection.
            context.Response.StatusCode = error.StatusCode;
            context.Response.Headers.Connection = "close";
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            LogFailed(error);
            context.Response.Clear();
            await RagflowAnswers.Refuse(context, RagflowEnvelope.ServerError, RagflowAnswers.Unavailable);
        }
    }

    private async Task AnswerAsync(HttpContext context, GuardedPath<RagflowRoute> guarded, string target)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var client = clients.Resolve(context);
        proxyWarning.Look(client);
        var limit = await limits.Client.AcquireAsync(client.Network, dry: client.LooksProxied, context.RequestAborted);
        if (!limit.Allowed)
        {
            await RagflowAnswers.WaitAsync(context, limit);
            return;
        }

        if (guarded.Route is not { IsMounted: true } route)
        {
            await RagflowEnvelope.WriteNotFoundAsync(context, guarded.Path ?? RequestTarget.Path(target).ToString());
            return;
        }

        origins.Share(context);
        var method = context.Request.Method;
        var serves = method == route.Method || (HttpMethods.IsHead(method) && HttpMethods.IsGet(route.Method));
        if (HttpMethods.IsOptions(method))
        {
            context.Response.Headers.Allow = HttpMethods.IsGet(route.Method) ? "HEAD, GET, OPTIONS" : "POST, OPTIONS";
            context.Response.ContentType = "text/html; charset=utf-8";
        }
        else if (!serves)
        {
            await RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Exception, null, "<MethodNotAllowed '405: Method Not Allowed'>");
        }
        else if (HttpMethods.IsPost(method) && !origins.Allows(context.Request))
        {
            await RagflowAnswers.Refuse(context, RagflowEnvelope.Forbidden, "forbidden");
        }
        else
        {
            await StepAsync(context, route, client, target);
        }
    }

    private async Task StepAsync(HttpContext context, RagflowRoute route, ClientAddress client, string target)
    {
        using var span = StepTelemetry.Start(route.Step);
        if (recovery.Service is not { } service)
        {
            telemetry.Finish(span, route, client, "off", null);
            await RagflowAnswers.Refuse(context, RagflowEnvelope.ServerError, RagflowAnswers.Unavailable);
            return;
        }

        var request = new StepRequest(context, route, client, tickets.Read(context.Request, client));
        switch (route.Step)
        {
            case FlowStep.Captcha:
                await CaptchaAsync(request, span, service.Flow, QueryEmail.Read(target));
                break;
            case FlowStep.Code:
                await WithFieldsAsync(request, span, "captcha", "email and captcha required", (typed, captcha) =>
                    service.Flow.SendCodeAsync(typed, captcha, request.Ticket, client.Network, context.RequestAborted));
                break;
            case FlowStep.Verify:
                await WithFieldsAsync(request, span, "otp", "email and otp are required", (typed, code) =>
                    service.Flow.VerifyAsync(typed, code, request.Ticket, context.RequestAborted));
                break;
            case FlowStep.Reset:
                var (outcome, typed) = await service.Reset.HandleAsync(request);
                telemetry.Finish(span, route, client, outcome, typed);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Pictures have a limit of their own, counted beside the one on all requests.</summary>
    private async Task CaptchaAsync(StepRequest request, Activity? span, RecoveryFlow flow, string email)
    {
        var (context, client) = (request.Context, request.Client);
        var limit = await limits.Captcha.AcquireAsync(client.Network, dry: client.LooksProxied, context.RequestAborted);
        await (limit switch
        {
            { Allowed: false } => AnswerAsync(request, span, email, new RecoveryOutcome.OverLimit(limit)),
            _ when email.Length == 0 => MissingAsync(request, span, "email is required"),
            _ => AnswerAsync(request, span, email, await flow.CaptchaAsync(email, request.Ticket, context.RequestAborted)),
        });
    }

    /// <summary>Reads email and one more field by the app's rules, in the app's order.</summary>
    private async Task WithFieldsAsync(StepRequest request, Activity? span, string name, string missing, Func<string?, string, ValueTask<RecoveryOutcome>> step)
    {
        var body = await RequestBody.ReadAsync(request.Context.Request, request.Context.RequestAborted);
        var second = body.Fields[name];
        if (body.Problem != BodyProblem.None)
        {
            telemetry.Finish(span, request.Route, request.Client, "bad_body", null);
            await RagflowAnswers.WriteAsync(request.Context, body.Problem);
        }
        else if (second is { IsGiven: true, Text: null })
        {
            telemetry.Finish(span, request.Route, request.Client, "bad_body", null);
            await RagflowEnvelope.WriteAsync(request.Context, RagflowEnvelope.Exception, null, $"{name} must be a text");
        }
        else if (!body.Fields["email"].IsGiven || string.IsNullOrWhiteSpace(second.Text))
        {
            await MissingAsync(request, span, missing);
        }
        else
        {
            var typed = body.Fields["email"].Text;
            await AnswerAsync(request, span, typed, await step(typed, second.Text));
        }
    }

    private Task MissingAsync(StepRequest request, Activity? span, string message)
    {
        telemetry.Finish(span, request.Route, request.Client, "field_missing", null);
        return RagflowAnswers.Refuse(request.Context, RagflowEnvelope.Argument, message);
    }

    private Task AnswerAsync(StepRequest request, Activity? span, string? typed, RecoveryOutcome outcome)
    {
        telemetry.Finish(span, request.Route, request.Client, outcome.Name, typed, (outcome as RecoveryOutcome.OverLimit)?.Limit.Name ?? "");
        if (outcome.Ticket is { } ticket)
        {
            tickets.Write(request.Context, request.Client, ticket);
        }

        return RagflowAnswers.WriteAsync(request.Context, outcome);
    }

    [LoggerMessage(LogLevel.Error, "A recovery step failed in a way nobody foresaw; the client was told that the service is temporarily unavailable.")]
    private partial void LogFailed(Exception error);
}

/// <summary>What a step's handlers share of one request.</summary>
internal readonly record struct StepRequest(HttpContext Context, RagflowRoute Route, ClientAddress Client, string? Ticket);
