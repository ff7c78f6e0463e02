using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Throttling;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Serves RAGFlow's recovery and verification paths: the client's limit first, then the rules of HTTP, then the step. Nothing that
/// comes here reaches the app but a proven reset and a verified sign-up.
/// </summary>
internal sealed partial class RagflowEndpoint(
    RecoverySwitch recovery,
    VerificationSwitch verification,
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
        var client = clients.Resolve(context);
        using var decision = telemetry.Begin(guarded.Route, client);
        try
        {
            await AnswerAsync(context, guarded, target, client, decision);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // There is nobody to answer.
            decision.Make("client_gone");
        }
        catch (BadHttpRequestException error)
        {
            // The body broke the rules of HTTP: the server's own answer to that, and the end of the connection.
            decision.Make("bad_request");
            context.Response.StatusCode = error.StatusCode;
            context.Response.Headers.Connection = "close";
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            LogFailed(error);
            decision.Make("failed");
            context.Response.Clear();
            await RagflowAnswers.Refuse(context, RagflowEnvelope.ServerError, RagflowAnswers.Unavailable);
        }
    }

    private async Task AnswerAsync(HttpContext context, GuardedPath<RagflowRoute> guarded, string target, ClientAddress client, StepDecision decision)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        proxyWarning.Look(client);
        var limit = await limits.Client.AcquireAsync(client.Network, dry: client.LooksProxied, context.RequestAborted);
        if (!limit.Allowed)
        {
            decision.Make(new ProofOutcome.OverLimit(limit), null);
            await RagflowAnswers.WaitAsync(context, limit);
            return;
        }

        if (guarded.Route is not { IsMounted: true } route)
        {
            decision.Make("guarded");
            await RagflowEnvelope.WriteNotFoundAsync(context, guarded.Path ?? RequestTarget.Path(target).ToString());
            return;
        }

        origins.Share(context);
        var method = context.Request.Method;
        var serves = method == route.Method || (HttpMethods.IsHead(method) && HttpMethods.IsGet(route.Method));
        if (HttpMethods.IsOptions(method))
        {
            decision.Make("options");
            context.Response.Headers.Allow = HttpMethods.IsGet(route.Method) ? "HEAD, GET, OPTIONS" : "POST, OPTIONS";
            context.Response.ContentType = "text/html; charset=utf-8";
        }
        else if (!serves)
        {
            decision.Make("guarded");
            await RagflowEnvelope.WriteAsync(context, RagflowEnvelope.Exception, null, "<MethodNotAllowed '405: Method Not Allowed'>");
        }
        else if (HttpMethods.IsPost(method) && !origins.Allows(context.Request))
        {
            decision.Make("forbidden");
            await RagflowAnswers.Refuse(context, RagflowEnvelope.Forbidden, "forbidden");
        }
        else
        {
            await StepAsync(new(context, route, client, tickets.Read(context.Request, client, route.Purpose), decision), target);
        }
    }

    private async Task StepAsync(StepRequest request, string target)
    {
        var context = request.Context;
        var isRecovery = request.Route.Purpose == Purpose.Recovery;
        if ((isRecovery ? recovery.Service?.Flow : verification.Service?.Flow) is not { } flow)
        {
            request.Decision.Make("off");
            await RagflowAnswers.Refuse(context, RagflowEnvelope.ServerError, RagflowAnswers.Unavailable);
            return;
        }

        switch (request.Route.Step)
        {
            case FlowStep.Captcha:
                await CaptchaAsync(request, flow, QueryEmail.Read(target));
                break;
            case FlowStep.Code:
                await WithFieldsAsync(request, "captcha", "email and captcha required", (typed, captcha) =>
                    flow.SendCodeAsync(typed, captcha, request.Ticket, request.Client.Network, context.RequestAborted));
                break;
            case FlowStep.Verify:
                await WithFieldsAsync(request, "otp", "email and otp are required", (typed, code) =>
                    flow.VerifyAsync(typed, code, request.Ticket, context.RequestAborted));
                break;
            case FlowStep.Reset:
                await recovery.Service!.Reset.HandleAsync(request);
                break;
            case FlowStep.Register:
                await verification.Service!.Gate.HandleAsync(request);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Pictures have a limit of their own, counted beside the one on all requests.</summary>
    private async Task CaptchaAsync(StepRequest request, ProofFlow flow, string email)
    {
        var (context, client) = (request.Context, request.Client);
        var limit = await limits.Captcha.AcquireAsync(client.Network, dry: client.LooksProxied, context.RequestAborted);
        await (limit switch
        {
            { Allowed: false } => AnswerAsync(request, email, new ProofOutcome.OverLimit(limit)),
            _ when email.Length == 0 => MissingAsync(request, "email is required"),
            _ => AnswerAsync(request, email, await flow.CaptchaAsync(email, request.Ticket, context.RequestAborted)),
        });
    }

    /// <summary>Reads email and one more field by the app's rules, in the app's order.</summary>
    private async Task WithFieldsAsync(StepRequest request, string name, string missing, Func<string?, string, ValueTask<ProofOutcome>> step)
    {
        var body = await RequestBody.ReadAsync(request.Context.Request, request.Context.RequestAborted);
        var second = body.Fields[name];
        if (body.Problem != BodyProblem.None)
        {
            request.Decision.Make("bad_body", body.Fields["email"].Text);
            await RagflowAnswers.WriteAsync(request.Context, body.Problem);
        }
        else if (second is { IsGiven: true, Text: null })
        {
            request.Decision.Make("bad_body", body.Fields["email"].Text);
            await RagflowEnvelope.WriteAsync(request.Context, RagflowEnvelope.Exception, null, $"{name} must be a text");
        }
        else if (!body.Fields["email"].IsGiven || string.IsNullOrWhiteSpace(second.Text))
        {
            await MissingAsync(request, missing);
        }
        else
        {
            var typed = body.Fields["email"].Text;
            await AnswerAsync(request, typed, await step(typed, second.Text));
        }
    }

    private static Task MissingAsync(StepRequest request, string message)
    {
        request.Decision.Make("field_missing");
        return RagflowAnswers.Refuse(request.Context, RagflowEnvelope.Argument, message);
    }

    private Task AnswerAsync(StepRequest request, string? typed, ProofOutcome outcome)
    {
        request.Decision.Make(outcome, typed);
        if (outcome.Ticket is { } ticket)
        {
            tickets.Write(request.Context, request.Client, request.Route.Purpose, ticket);
        }

        return RagflowAnswers.WriteAsync(request.Context, outcome);
    }

    [LoggerMessage(LogLevel.Error, "A step failed in a way nobody foresaw; the client was told that the service is temporarily unavailable.")]
    private partial void LogFailed(Exception error);
}

/// <summary>What a step's handlers share of one request.</summary>
internal readonly record struct StepRequest(HttpContext Context, RagflowRoute Route, ClientAddress Client, string? Ticket, StepDecision Decision);
