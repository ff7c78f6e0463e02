namespace Sidecar.Otp;

/// <summary>A proof of one address must never become one of another, whatever a caller mixes up.</summary>
internal static class SameFlowOwner
{
    public static void Require(FlowKey flow, FlowKey verified)
    {
        if (flow.Address != verified.Address || flow.Purpose != verified.Purpose)
        {
            throw new ArgumentException("The verified flow is of another address or purpose.", nameof(verified));
        }
    }
}
