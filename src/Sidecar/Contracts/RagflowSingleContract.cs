using Microsoft.AspNetCore.Http;
using Sidecar.Proof;

namespace Sidecar.Contracts;

/// <summary>
/// RAGFlow v0.21.1 to v0.22.1, where one call takes the code and sets the password. Its handlers read JSON alone, and what is not
/// proven has no word but that of an expired code.
/// </summary>
internal sealed class RagflowSingleContract : RagflowContract
{
    public override bool TakesForms => false;

    public override HandoverForm Handover => HandoverForm.CodeRecord;

    public override IReadOnlyList<string> ResetFields { get; } = ["email", "otp", "new_password", "confirm_new_password"];

    public override Task WriteAsync(HttpContext context, ProofOutcome outcome) =>
        base.WriteAsync(context, outcome is ProofOutcome.Unproven ? new ProofOutcome.NoLiveCode() : outcome);

    protected override string Missing(FlowStep? step) => step == FlowStep.Reset ? "email, otp and passwords are required" : base.Missing(step);
}
