namespace Sidecar.Otp;

/// <summary>What a code proves an address for. A code, ticket or flow of one purpose is worth nothing for the other.</summary>
internal enum Purpose
{
    Recovery = 1,
    Verification = 2,
}

/// <summary>Purposes as telemetry words them.</summary>
internal static class PurposeWords
{
    public static string Word(this Purpose purpose) => purpose == Purpose.Recovery ? "recovery" : "verification";
}
