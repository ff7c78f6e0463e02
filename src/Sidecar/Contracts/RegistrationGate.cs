using Sidecar.Accounts;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Verification;

namespace Sidecar.Contracts;

/// <summary>
/// Lets a sign-up through to the app only with a verified ticket of exactly the address it would make an account for, which it uses
/// up. What could be read as another body by another reader is refused, not interpreted.
/// </summary>
internal sealed class RegistrationGate(ProofFlow flow, GateOptions options, ProvenForward app, AssertedRequests asserted)
{
    /// <summary>Answers the sign-up.</summary>
    public async ValueTask HandleAsync(StepRequest request)
    {
        if (await StepBody.ReadAsync(request, onePlainReading: true) is not { } body)
        {
            return;
        }

        if (!body.Fields["email"].IsGiven)
        {
            await StepBody.RefuseAsync(request, "field_missing", Refusal.FieldMissing, "email");
            return;
        }

        await AdmitAsync(request, body.Fields["email"].Text, body.Bytes);
    }

    private async ValueTask AdmitAsync(StepRequest request, string? typed, ReadOnlyMemory<byte> body)
    {
        var isAddress = EmailAddress.TryParse(typed, out var address);
        if (isAddress && !options.Domains.Allow(address))
        {
            await StepBody.RefuseAsync(request, "domain_refused", Refusal.DomainRefused, typed: typed);
            return;
        }

        // With a space around it the app would keep another text than the one that was verified.
        var exact = isAddress && address.Typed == typed ? typed : null;
        var outcome = await flow.ReserveAsync(exact, request.Ticket, app.Lease, request.Context.RequestAborted);
        if (outcome is not ProofOutcome.Proven { Reservation: var reservation })
        {
            request.Decision.Make(outcome, typed);
            await request.Route.Words.WriteAsync(request.Context, outcome);
            return;
        }

        if (request.Route.Words.Handover == HandoverForm.Assertion)
        {
            asserted.Add(request.Context, address.Normalised, Purpose.Verification);
        }

        await app.ForwardAsync(request, typed!, body, reservation, "registered");
    }
}
