using Microsoft.AspNetCore.Http;
using Sidecar.Accounts;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Proof;

namespace Sidecar.Pages;

/// <summary>A form as it was sent.</summary>
/// <param name="Context">The request.</param>
/// <param name="Client">Who asks.</param>
/// <param name="State">Where things stand.</param>
/// <param name="Fields">What was typed.</param>
/// <param name="Ticket">The ticket that came along.</param>
internal sealed record PageForm(HttpContext Context, ClientAddress Client, PageState State, RequestFields Fields, string? Ticket)
{
    public string Step => Text("step");

    public string Text(string name) => Fields[name].Text ?? "";
}

/// <summary>What each form does: the same step of the same flow as the API's, worded as the next page.</summary>
internal sealed class PageSteps(PageJourney journey, PageWords words, PasswordRules rules, PageReset reset, StepTelemetry telemetry, PageTexts texts, Askers askers)
{
    /// <summary>Takes a form. It never answers by itself: all there is to say is in the state of the next page.</summary>
    public async Task<PageAnswer> TakeAsync(PageService service, PageForm form)
    {
        var state = form.State with { Notice = PageNotice.None };
        return form.Step switch
        {
            "language" => new(InLanguage(form)),
            "address" => new(TakeAddress(state, form.Text("email").Trim())),
            "restart" => new(state with { Step = PageStep.Address, Run = PageCookie.NewRun(), Address = state.Step == PageStep.Done ? "" : state.Address, LockedUntil = default, ResendAt = default }),
            _ when form.Text("page") != form.State.FormToken => new(state with { Notice = new("elsewhere") }),
            // A locked flow is over: the next one is another.
            "again" => new(state with { Step = PageStep.Picture, LockedUntil = default, ResendAt = default }, EndsTicket: true),
            "refresh" when state.Step == PageStep.Picture => new(state),
            "resend" when state.Step == PageStep.Code => new(words.Resend(state)),
            "picture" when state.Step == PageStep.Picture => await SendCodeAsync(service, form, state),
            "code" when state.Step is PageStep.Code or PageStep.Picture => await VerifyAsync(service, form, state),
            "password" when state.Step == PageStep.Password => await SetPasswordAsync(service, form, state),
            _ => new(state with { Notice = new("elsewhere") }),
        };
    }

    /// <summary>Where things stand, in the language that the form asks for if there is such.</summary>
    public PageState InLanguage(PageForm form) =>
        form.State with { Language = texts.Languages.Contains(form.Text("language")) ? form.Text("language") : form.State.Language };

    private PageState TakeAddress(PageState state, string typed)
    {
        var isAddress = EmailAddress.TryParse(typed, out var address);
        var kept = isAddress ? address.Typed : typed[..Math.Min(typed.Length, 254)];
        var wrong = typed.Length == 0 ? "address_missing" : !isAddress ? "address_wrong" : !journey.Domains.Allow(address) ? "address_domain" : "";
        return wrong.Length > 0
            ? state with { Step = PageStep.Address, Address = kept, Notice = new(wrong) }
            : state with { Step = PageStep.Picture, Address = kept, Run = PageCookie.NewRun(), LockedUntil = default, ResendAt = default };
    }

    private async Task<PageAnswer> SendCodeAsync(PageService service, PageForm form, PageState state)
    {
        var answer = form.Text("captcha").Trim();
        if (answer.Length == 0)
        {
            return new(state with { Notice = new("picture_empty") });
        }

        using var decision = Begin(form, FlowStep.Code);
        // What is charged and mailed stays so when the browser goes away; its second attempt must find the same answer.
        var outcome = await service.Flow.SendCodeAsync(state.Address, answer, form.Ticket, form.Client.Network, askers.Of(form.Context.Request, form.Client, state.Language), CancellationToken.None);
        decision.Make(outcome, state.Address);
        return new(words.AfterCode(state, outcome), outcome.Ticket);
    }

    private async Task<PageAnswer> VerifyAsync(PageService service, PageForm form, PageState state)
    {
        var code = form.Text("otp").Replace("-", "", StringComparison.Ordinal).Trim();
        if (code.Length == 0)
        {
            return new(state with { Notice = new("code_empty") });
        }

        using var decision = Begin(form, FlowStep.Verify);
        var outcome = await service.Flow.VerifyAsync(state.Address, code, form.Ticket, CancellationToken.None);
        decision.Make(outcome, state.Address);
        return new(words.AfterVerify(state, outcome), outcome.Ticket);
    }

    private async Task<PageAnswer> SetPasswordAsync(PageService service, PageForm form, PageState state)
    {
        var password = form.Text("password");
        if (rules.Judge(password, form.Text("repeat"), state.Address) is { } fault)
        {
            return new(state with { Notice = new(fault) });
        }

        var end = await reset.SetAsync(service.Reset!, form, password);
        return new(words.AfterReset(state, end), EndsTicket: end == HandoverEnd.Accepted);
    }

    private StepDecision Begin(PageForm form, FlowStep step) =>
        telemetry.Begin(new FlowRoute(StepTelemetry.Pages, journey.Proof.Purpose, step, journey.Path, HttpMethods.Post, IsMounted: true), form.Client, form.Context.Request);
}
