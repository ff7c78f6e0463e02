using System.Diagnostics;
using Sidecar.Accounts;
using Sidecar.Captcha;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Throttling;

namespace Sidecar.Proof;

/// <summary>
/// The steps by which somebody proves to control an address: picture, code, verification, and the proof's use. With uniform
/// answers no step depends on whether the address has an account: the mail worker finds that out later. A room below the flows,
/// because recovery and verification take the same steps and must not know each other.
/// </summary>
internal sealed class ProofFlow(
    ProofOptions options,
    CaptchaChallenges captchas,
    IOtpStore store,
    TicketSealer tickets,
    KeyRing keys,
    CodeGenerator codes,
    CodeHasher hasher,
    IOutbox outbox,
    IProofMail mail,
    ProofLimits limits,
    TimeProvider clock)
{
    /// <summary>Draws a picture. The flow of an unverified ticket for the same address goes on; any other begins anew.</summary>
    public ValueTask<ProofOutcome> CaptchaAsync(string? typed, string? ticket, CancellationToken cancellationToken) =>
        CaptchaAsync(typed, ticket, PictureFormat.Jpeg, cancellationToken);

    /// <inheritdoc cref="CaptchaAsync(string?, string?, CancellationToken)"/>
    public ValueTask<ProofOutcome> CaptchaAsync(string? typed, string? ticket, PictureFormat format, CancellationToken cancellationToken) =>
        StepAsync(typed, ticket, async (address, current) =>
        {
            await store.CheckAsync(cancellationToken);
            var open = current is { Stage: TicketStage.Open } ? current : Ticket.New(options.Purpose, keys.Name(address.Normalised), clock.GetUtcNow());
            if (await captchas.NewAsync(format, cancellationToken) is not { } challenge)
            {
                return ProofLimits.TooManyPictures();
            }

            var captcha = new TicketCaptcha(Ticket.NewId(), challenge.Text, clock.GetUtcNow() + captchas.Lifetime);
            open = open.WithCaptcha(captcha, clock.GetUtcNow());
            return new ProofOutcome.CaptchaIssued(challenge.Picture, challenge.ContentType, captcha.Id) { Ticket = tickets.Seal(open) };
        }, cancellationToken);

    /// <summary>Takes the captcha's answer and has a code mailed.</summary>
    /// <param name="typed">The address as typed.</param>
    /// <param name="answer">The captcha's answer as typed.</param>
    /// <param name="ticket">The sealed ticket, if the client sent one.</param>
    /// <param name="client">The client's network; one network holds at most one live flow of an address.</param>
    /// <param name="asker">Who asks, for the words of the mail.</param>
    /// <param name="cancellationToken">The client's patience.</param>
    public ValueTask<ProofOutcome> SendCodeAsync(string? typed, string answer, string? ticket, string client, Asker asker, CancellationToken cancellationToken) =>
        SendCodeAsync(typed, new CaptchaReply(answer), ticket, client, asker, cancellationToken);

    /// <inheritdoc cref="SendCodeAsync(string?, string, string?, string, Asker, CancellationToken)"/>
    public ValueTask<ProofOutcome> SendCodeAsync(string? typed, CaptchaReply reply, string? ticket, string client, Asker asker, CancellationToken cancellationToken) =>
        StepAsync(typed, ticket, async (address, current) =>
        {
            // Said to everybody alike and before anything is charged.
            if (!mail.IsConfigured || !outbox.CanDeliver)
            {
                return new ProofOutcome.MailUnavailable();
            }

            if (current is not { Stage: TicketStage.Open, Captcha: { } captcha } || captcha.Ends <= clock.GetUtcNow() || !reply.IsTo(captcha))
            {
                return await RefuseAsync(new ProofOutcome.CaptchaEnded(), cancellationToken);
            }

            var spent = tickets.Seal(current with { Captcha = null });
            var remaining = captcha.Ends - clock.GetUtcNow();
            if (!CaptchaAnswer.Matches(captcha.Answer, reply.Answer))
            {
                var first = await store.SpendCaptchaAsync(current.AddressName, captcha.Id, remaining, cancellationToken);
                return first ? new ProofOutcome.WrongCaptcha { Ticket = spent } : new ProofOutcome.CaptchaEnded { Ticket = spent };
            }

            var outcome = await IssueAsync(address, current, captcha, remaining, keys.NetworkName(client), asker);
            return outcome is ProofOutcome.CodeSent or ProofOutcome.CaptchaEnded ? outcome with { Ticket = spent } : outcome;
        }, cancellationToken);

    /// <summary>Takes a code. The right one turns the ticket into another, verified one.</summary>
    public ValueTask<ProofOutcome> VerifyAsync(string? typed, string code, string? ticket, CancellationToken cancellationToken) =>
        StepAsync(typed, ticket, async (address, current) =>
        {
            if (current is not { Stage: TicketStage.Open })
            {
                return await RefuseAsync(new ProofOutcome.NoLiveCode(), cancellationToken);
            }

            var flow = current.Flow;
            var attempt = await store.AttemptAsync(flow, cancellationToken);
            limits.Report(attempt);
            switch (attempt.Outcome)
            {
                case AttemptOutcome.Locked:
                    return new ProofOutcome.Locked();
                case AttemptOutcome.GuessesSpent:
                    return limits.Refusal(attempt);
                case AttemptOutcome.NoLiveCode:
                    return new ProofOutcome.NoLiveCode();
            }

            if (!hasher.Matches(attempt.Code!, flow, Normalise(code)))
            {
                // Under a key that left the ring nothing can be right, so there is no code to be wrong about.
                return keys.TryFind(attempt.Code!.KeyId, out _) ? new ProofOutcome.WrongCode() : new ProofOutcome.NoLiveCode();
            }

            // A new name for what is proven now: whoever planted or learnt the old ticket has nothing.
            var verified = current.Rotated(clock.GetUtcNow(), address.Normalised);
            return await store.RedeemAsync(flow, attempt.Generation, verified.Flow, options.VerifiedLifetime, cancellationToken)
                ? new ProofOutcome.Verified(options.Purpose) { Ticket = tickets.Seal(verified) }
                : new ProofOutcome.NoLiveCode();
        }, cancellationToken);

    /// <summary>Takes a code where proving and using the proof are one call: with a ticket that is verified already there is nothing left to prove.</summary>
    public ValueTask<ProofOutcome> ProveAsync(string? typed, string code, string? ticket, CancellationToken cancellationToken) =>
        EmailAddress.TryParse(typed, out var address) && TicketFor(address, ticket) is { Stage: TicketStage.Verified }
            ? ValueTask.FromResult<ProofOutcome>(new ProofOutcome.Verified(options.Purpose) { Ticket = ticket })
            : VerifyAsync(typed, code, ticket, cancellationToken);

    /// <summary>Reserves the proof for one use of exactly this address.</summary>
    /// <param name="typed">The address in the body of what is handed to the app.</param>
    /// <param name="ticket">The sealed ticket, if the client sent one.</param>
    /// <param name="lease">How long the app may take.</param>
    /// <param name="cancellationToken">The client's patience.</param>
    public async ValueTask<ProofOutcome> ReserveAsync(string? typed, string? ticket, TimeSpan lease, CancellationToken cancellationToken)
    {
        try
        {
            if (!EmailAddress.TryParse(typed, out var address) || TicketFor(address, ticket) is not { Stage: TicketStage.Verified } current)
            {
                return await RefuseAsync(new ProofOutcome.Unproven(), cancellationToken);
            }

            // The store has it or has it not: a client that leaves meanwhile must not leave a reservation nobody settles.
            return await store.ReserveAsync(current.Flow, lease, CancellationToken.None) switch
            {
                ReserveResult.Reserved => new ProofOutcome.Proven(new ProofReservation(store, current.Flow)),
                ReserveResult.AddressBusy => new ProofOutcome.HandoverBusy(TimeSpan.FromSeconds(1)),
                _ => new ProofOutcome.Unproven(),
            };
        }
        catch (StoreUnavailableException)
        {
            return new ProofOutcome.Unavailable("store");
        }
    }

    private async ValueTask<ProofOutcome> IssueAsync(EmailAddress address, Ticket ticket, TicketCaptcha captcha, TimeSpan captchaRemaining, string network, Asker asker)
    {
        // From here on the client's disconnect changes nothing: an issued code has its mail, and the captcha is spent.
        var domain = await limits.TakeDomainAsync(address, CancellationToken.None);
        if (!domain.Decision.Allowed)
        {
            return new ProofOutcome.OverLimit(domain.Decision);
        }

        var code = codes.Next();
        var request = new IssueRequest(ticket.Flow, captcha.Id, captchaRemaining, hasher.Hash(ticket.Flow, code), network, options.Rules with { Limits = limits.Address });
        var issued = await store.IssueAsync(request, CancellationToken.None);
        limits.Report(issued);
        if (issued.Outcome == IssueOutcome.Issued)
        {
            return await MailAsync(address, ticket.Flow, code, issued.Generation, domain, asker);
        }

        await domain.GiveBackAsync();
        return issued.Outcome switch
        {
            IssueOutcome.CaptchaSpent => new ProofOutcome.CaptchaEnded(),
            IssueOutcome.CoolingDown => new ProofOutcome.CoolingDown(issued.RetryAfter, options.Cooldown),
            IssueOutcome.Locked => new ProofOutcome.Locked(),
            IssueOutcome.TooManyFlows => new ProofOutcome.TooManyFlows(issued.RetryAfter, options.MaxFlowsPerAddress, options.CodeLifetime),
            IssueOutcome.RecipientSpent => limits.Refusal(issued),
            IssueOutcome.StoreFull => new ProofOutcome.Unavailable("store is full; raise `store.max_flows` or use Redis"),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>
    /// What a code took from the limits comes back only before the answer: afterwards that would tell whether there was somebody
    /// to mail.
    /// </summary>
    private async ValueTask<ProofOutcome> MailAsync(EmailAddress address, FlowKey flow, string code, long generation, LimitPermit domain, Asker asker)
    {
        var entry = mail.Code(address, code, options.CodeLifetime, asker) with { Supersedes = flow.Id };
        DeliveryOutcome outcome;
        try
        {
            outcome = options.Answers == AnswerStyle.App
                ? await outbox.EnqueueAndWaitAsync(entry, ProofOptions.DeliveryPatience, CancellationToken.None)
                : await outbox.EnqueueAsync(entry with { Delay = MailDelay.Next(options.MailSpread) }) ? DeliveryOutcome.StillQueued : DeliveryOutcome.QueueFull;
        }
        catch (StoreUnavailableException)
        {
            await WithdrawAsync(flow, generation, domain);
            throw;
        }

        if (outcome is DeliveryOutcome.Delivered or DeliveryOutcome.StillQueued)
        {
            return new ProofOutcome.CodeSent();
        }

        await WithdrawAsync(flow, generation, domain);
        return outcome == DeliveryOutcome.UnknownAccount ? new ProofOutcome.UnknownAddress() : new ProofOutcome.MailUnavailable();
    }

    private async ValueTask WithdrawAsync(FlowKey flow, long generation, LimitPermit domain)
    {
        await domain.GiveBackAsync();
        await store.WithdrawAsync(flow, generation, CancellationToken.None);
    }

    /// <summary>What all steps share: an address, perhaps a ticket of its own, and an answer when a part is down. A ticket that still holds goes back to the client.</summary>
    private async ValueTask<ProofOutcome> StepAsync(string? typed, string? ticket, Func<EmailAddress, Ticket?, ValueTask<ProofOutcome>> step, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(typed, out var address))
        {
            return new ProofOutcome.InvalidAddress();
        }

        try
        {
            if (options.Answers == AnswerStyle.App && await mail.RefusalAsync(address, cancellationToken) is { } refusal)
            {
                return refusal;
            }

            var current = TicketFor(address, ticket);
            var outcome = await step(address, current);
            return outcome.Ticket is null && current is not null ? outcome with { Ticket = ticket } : outcome;
        }
        catch (StoreUnavailableException)
        {
            return new ProofOutcome.Unavailable("store");
        }
        catch (AccountsUnavailableException)
        {
            return new ProofOutcome.Unavailable("accounts");
        }
    }

    /// <summary>A refusal that needed nothing from the store, which is asked all the same: when it is down, that is the answer to everything.</summary>
    private async ValueTask<ProofOutcome> RefuseAsync(ProofOutcome refusal, CancellationToken cancellationToken)
    {
        await store.CheckAsync(cancellationToken);
        return refusal;
    }

    /// <summary>A code as typed or pasted: case and white space do not matter.</summary>
    private static string Normalise(string code) => string.Concat(code.Where(static letter => !char.IsWhiteSpace(letter))).ToUpperInvariant();

    /// <summary>A ticket of another purpose or address counts as absent.</summary>
    private Ticket? TicketFor(EmailAddress address, string? text) =>
        tickets.Open(text, options.Purpose) is { } ticket && ticket.AddressName == keys.Name(address.Normalised) ? ticket : null;
}
