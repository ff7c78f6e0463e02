using Sidecar.Otp;

namespace Sidecar.Contracts;

/// <summary>
/// The recovery paths of every RAGFlow release. All of them are guarded whatever is mounted, because behind each of them the
/// app has a handler with holes. Those of verification and of the sign-up are guarded only where these are on, and then all of them
/// likewise: a gate with a second door open is none.
/// </summary>
internal static class RagflowRoutes
{
    public const string V1 = "ragflow-v1";
    public const string Rest = "ragflow-rest";

    private const string V1Single = "ragflow-v1-single";

    /// <summary>The contracts that can be mounted.</summary>
    public static IReadOnlyList<string> Contracts { get; } = [V1, Rest];

    private static readonly FlowRoute[] Recovery =
    [
        new(V1, Purpose.Recovery, FlowStep.Captcha, "/v1/user/forget/captcha", "GET"),
        new(V1, Purpose.Recovery, FlowStep.Code, "/v1/user/forget/otp", "POST"),
        new(V1, Purpose.Recovery, FlowStep.Verify, "/v1/user/forget/verify-otp", "POST"),
        new(V1, Purpose.Recovery, FlowStep.Reset, "/v1/user/forget/reset-password", "POST"),
        new(V1Single, Purpose.Recovery, FlowStep.Reset, "/v1/user/forget", "POST"),
        new(Rest, Purpose.Recovery, FlowStep.Captcha, "/api/v1/auth/password/forgot/captcha", "POST"),
        new(Rest, Purpose.Recovery, FlowStep.Code, "/api/v1/auth/password/forgot/otp", "POST"),
        new(Rest, Purpose.Recovery, FlowStep.Verify, "/api/v1/auth/password/forgot/otp/verify", "POST"),
        new(Rest, Purpose.Recovery, FlowStep.Reset, "/api/v1/auth/password/reset", "POST"),
    ];

    private static readonly FlowRoute[] Verification =
    [
        new(V1, Purpose.Verification, FlowStep.Captcha, "/v1/user/verify/captcha", "GET"),
        new(V1, Purpose.Verification, FlowStep.Code, "/v1/user/verify/otp", "POST"),
        new(V1, Purpose.Verification, FlowStep.Verify, "/v1/user/verify/confirm", "POST"),
        new(Rest, Purpose.Verification, FlowStep.Captcha, "/api/v1/auth/register/captcha", "POST"),
        new(Rest, Purpose.Verification, FlowStep.Code, "/api/v1/auth/register/otp", "POST"),
        new(Rest, Purpose.Verification, FlowStep.Verify, "/api/v1/auth/register/otp/verify", "POST"),
    ];

    private static readonly FlowRoute[] Registration =
    [
        new(V1, Purpose.Verification, FlowStep.Register, "/v1/user/register", "POST"),
        new(Rest, Purpose.Verification, FlowStep.Register, "/api/v1/users", "POST"),
    ];

    /// <summary>Where the app sets a password, the newest of the <paramref name="mounted"/> contracts first.</summary>
    public static IReadOnlyList<FlowRoute> Resets(IReadOnlyCollection<string> mounted) =>
        [.. Recovery.Where(route => route.Step == FlowStep.Reset && mounted.Contains(route.Contract)).Reverse()];

    /// <summary>All guarded paths, those of <paramref name="mounted"/> contracts marked.</summary>
    /// <param name="mounted">The contracts that are served.</param>
    /// <param name="verification">Whether addresses are verified.</param>
    /// <param name="gate">Whether sign-ups are gated.</param>
    public static IEnumerable<KeyValuePair<string, FlowRoute>> Guarded(IReadOnlyCollection<string> mounted, bool verification = false, bool gate = false) =>
        Recovery.Concat(verification ? Verification : []).Concat(gate ? Registration : [])
            .Select(route => KeyValuePair.Create(route.Path, route with { IsMounted = mounted.Contains(route.Contract) }));
}
