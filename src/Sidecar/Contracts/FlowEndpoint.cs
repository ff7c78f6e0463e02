using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Captcha;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Throttling;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Serves the recovery and verification paths of all contracts: the client's limit first, then the rules of HTTP, then the step.
/// Nothing that comes here reaches the app but a proven reset and a verified sign-up.
/// </summary>
internal sealed partial class FlowEndpoint(
    RecoverySwitch recovery,
    VerificationSwitch verification,
    ClientAddressResolver clients,
    RequestLimits limits,
    ProxyWarning proxyWarning,
    OriginRule origins,
    TicketCarrier tickets,
    Askers askers,
    StepTelemetry telemetry,
    MountedContracts contracts,
    ILogger<FlowEndpoint> logger)
{
    /// <summary>Answers whatever happens, in the contract's words: nobody outside sees a part fail.</summary>
    public async Task HandleAsync(HttpContext context, GuardedPath<FlowRoute> guarded, string target)
    {
        guarded = contracts.Now(guarded);
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
            await WordsOf(guarded).RefuseAsync(context, guarded.Route, Refusal.Unavailable);
        }
    }

    private async Task AnswerAsync(HttpContext context, GuardedPath<FlowRoute> guarded, string target, ClientAddress client, StepDecision decision)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        proxyWarning.Look(client);
        var limit = await limits.Client.AcquireAsync(client.Network, dry: client.LooksProxied, context.RequestAborted);
        if (!limit.Allowed)
        {
            var refused = new ProofOutcome.OverLimit(limit);
            decision.Make(refused, null);
            await WordsOf(guarded).WriteAsync(context, refused);
            return;
        }

        if (guarded.Route is not { IsMounted: true } route)
        {
            decision.Make("guarded");
            await WordsOf(guarded).RefuseAsync(context, guarded.Route, Refusal.NotFound, guarded.Path ?? RequestTarget.Path(target).ToString());
            return;
        }

        origins.Share(context);
        var method = context.Request.Method;
        var serves = method == route.Method || (HttpMethods.IsHead(method) && HttpMethods.IsGet(route.Method));
        if (HttpMethods.IsOptions(method))
        {
            decision.Make("options");
            await route.Words.WriteOptionsAsync(context, route);
        }
        else if (!serves)
        {
            decision.Make("guarded");
            await route.Words.RefuseAsync(context, route, Refusal.MethodNotAllowed);
        }
        else if (HttpMethods.IsPost(method) && !origins.Allows(context.Request))
        {
            decision.Make("forbidden");
            await route.Words.RefuseAsync(context, route, Refusal.ForbiddenOrigin);
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
            await StepBody.RefuseAsync(request, "off", Refusal.Unavailable);
            return;
        }

        switch (request.Route.Step)
        {
            case FlowStep.Captcha:
                await CaptchaAsync(request, flow, target);
                break;
            case FlowStep.Code:
                await WithFieldsAsync(request, request.Route.Words.NamesPictures ? ["captcha", "captcha_id"] : ["captcha"], (typed, captcha) =>
                    flow.SendCodeAsync(typed, new CaptchaReply(captcha[0], captcha.ElementAtOrDefault(1)), request.Ticket, request.Client.Network, askers.Of(context.Request, request.Client), context.RequestAborted));
                break;
            case FlowStep.Verify:
                await WithFieldsAsync(request, ["otp"], (typed, code) =>
                    flow.VerifyAsync(typed, code[0], request.Ticket, context.RequestAborted));
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
    private async Task CaptchaAsync(StepRequest request, ProofFlow flow, string target)
    {
        var (context, client, words) = (request.Context, request.Client, request.Route.Words);
        var limit = await limits.Captcha.AcquireAsync(client.Network, dry: client.LooksProxied, context.RequestAborted);
        if (!limit.Allowed)
        {
            await AnswerAsync(request, null, new ProofOutcome.OverLimit(limit));
        }
        else if (words.PictureAddress != AddressPlace.Body && QueryEmail.Read(target) is { Length: > 0 } typed)
        {
            await AnswerAsync(request, typed, await DrawAsync(typed));
        }
        else if (words.PictureAddress != AddressPlace.Query)
        {
            await WithFieldsAsync(request, [], (typed, _) => DrawAsync(typed));
        }
        else
        {
            await StepBody.RefuseAsync(request, "field_missing", Refusal.FieldMissing);
        }

        ValueTask<ProofOutcome> DrawAsync(string? typed) =>
            flow.CaptchaAsync(typed, request.Ticket, words.NamesPictures ? PictureFormat.Png : PictureFormat.Jpeg, context.RequestAborted);
    }

    /// <summary>Reads email and further fields by the contract's rules, in the app's order.</summary>
    private async Task WithFieldsAsync(StepRequest request, string[] names, Func<string?, string[], ValueTask<ProofOutcome>> step)
    {
        if (await StepBody.ReadAsync(request, onePlainReading: request.Route.Words.IsStrict) is not { Fields: var fields })
        {
            return;
        }

        var email = fields["email"];
        if (Array.Find(names, name => fields[name] is { IsGiven: true, Text: null }) is { } notText)
        {
            await StepBody.RefuseAsync(request, "bad_body", Refusal.FieldNotText, notText, email.Text);
            return;
        }

        var missing = names.Where(name => string.IsNullOrWhiteSpace(fields[name].Text));
        if (!email.IsGiven || missing.Any())
        {
            await StepBody.RefuseAsync(request, "field_missing", Refusal.FieldMissing, string.Join(' ', email.IsGiven ? missing : missing.Prepend("email")));
            return;
        }

        await AnswerAsync(request, email.Text, await step(email.Text, [.. names.Select(name => fields[name].Text!)]));
    }

    private Task AnswerAsync(StepRequest request, string? typed, ProofOutcome outcome)
    {
        request.Decision.Make(outcome, typed);
        if (outcome.Ticket is { } ticket)
        {
            tickets.Write(request.Context, request.Client, request.Route.Purpose, ticket);
        }

        return request.Route.Words.WriteAsync(request.Context, outcome);
    }

    /// <summary>A path that reads as several is answered in the words of the contract that is served.</summary>
    private IContract WordsOf(GuardedPath<FlowRoute> guarded) => guarded.Route?.Words ?? contracts.Words;

    [LoggerMessage(LogLevel.Error, "A step failed in a way nobody foresaw; the client was told that the service is temporarily unavailable.")]
    private partial void LogFailed(Exception error);
}

/// <summary>What a step's handlers share of one request.</summary>
internal readonly record struct StepRequest(HttpContext Context, FlowRoute Route, ClientAddress Client, string? Ticket, StepDecision Decision);
