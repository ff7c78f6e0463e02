using Sidecar.Otp;

namespace Sidecar.Contracts;

/// <summary>
/// The recovery paths of every RAGFlow release. All of them are guarded whatever is mounted, because behind each of them the
/// app has a handler with holes. Those of verification and of the sign-up are guarded only where these are on, and then all of them
/// likewise: a gate with a second door open is none.
/// </summary>
internal static class RagflowRoutes
{
    public const string V1Single = "ragflow-v1-single";
    public const string V1 = "ragflow-v1";
    public const string Rest = "ragflow-rest";
    public const string RestGo = "ragflow-rest-go";

    /// <summary>The contracts that can be mounted, in the order of the releases.</summary>
    public static IReadOnlyList<string> Contracts { get; } = [V1Single, V1, Rest, RestGo];

    /// <summary>Those that are mounted while nobody knows better.</summary>
    public static IReadOnlyList<string> Default { get; } = [V1, Rest];

    // Where contracts share a path, the first one that is mounted words it.
    private static readonly FlowRoute[] Recovery =
    [
        .. OldSteps(V1),
        new(V1, Purpose.Recovery, FlowStep.Verify, "/v1/user/forget/verify-otp", "POST"),
        new(V1, Purpose.Recovery, FlowStep.Reset, "/v1/user/forget/reset-password", "POST"),
        .. OldSteps(V1Single),
        new(V1Single, Purpose.Recovery, FlowStep.Reset, "/v1/user/forget", "POST"),
        .. RestSteps(Rest),
        .. RestSteps(RestGo),
    ];

    private static readonly FlowRoute[] Verification =
    [
        .. OldVerification(V1), .. OldVerification(V1Single), .. RestVerification(Rest), .. RestVerification(RestGo),
    ];

    private static readonly FlowRoute[] Registration =
    [
        .. new[] { V1, V1Single }.Select(static contract => new FlowRoute(contract, Purpose.Verification, FlowStep.Register, "/v1/user/register", "POST")),
        .. new[] { Rest, RestGo }.Select(static contract => new FlowRoute(contract, Purpose.Verification, FlowStep.Register, "/api/v1/users", "POST")),
    ];

    /// <summary>Two contracts that cannot be served beside each other, because they answer the same paths otherwise; null where there are none.</summary>
    public static (string One, string Other)? Clash(IReadOnlyCollection<string> mounted) =>
        mounted.Contains(Rest) && mounted.Contains(RestGo) ? (Rest, RestGo) : null;

    /// <summary>Where the app sets a password, the newest of the <paramref name="mounted"/> contracts first.</summary>
    public static IReadOnlyList<FlowRoute> Resets(IReadOnlyCollection<string> mounted) =>
        [.. Contracts.Reverse().Where(mounted.Contains).Select(static contract => Recovery.Single(route => route.Step == FlowStep.Reset && route.Contract == contract))];

    /// <summary>All guarded paths, those of <paramref name="mounted"/> contracts marked.</summary>
    /// <param name="mounted">The contracts that are served.</param>
    /// <param name="verification">Whether addresses are verified.</param>
    /// <param name="gate">Whether sign-ups are gated.</param>
    public static IEnumerable<KeyValuePair<string, FlowRoute>> Guarded(IReadOnlyCollection<string> mounted, bool verification = false, bool gate = false) =>
        Recovery.Concat(verification ? Verification : []).Concat(gate ? Registration : [])
            .GroupBy(static route => route.Path)
            .Select(same => KeyValuePair.Create(same.Key, same.FirstOrDefault(route => mounted.Contains(route.Contract)) is { } served ? served with { IsMounted = true } : same.First()));

    private static FlowRoute[] OldSteps(string contract) =>
    [
        new(contract, Purpose.Recovery, FlowStep.Captcha, "/v1/user/forget/captcha", "GET"),
        new(contract, Purpose.Recovery, FlowStep.Code, "/v1/user/forget/otp", "POST"),
    ];

    private static FlowRoute[] RestSteps(string contract) =>
    [
        new(contract, Purpose.Recovery, FlowStep.Captcha, "/api/v1/auth/password/forgot/captcha", "POST"),
        new(contract, Purpose.Recovery, FlowStep.Code, "/api/v1/auth/password/forgot/otp", "POST"),
        new(contract, Purpose.Recovery, FlowStep.Verify, "/api/v1/auth/password/forgot/otp/verify", "POST"),
        new(contract, Purpose.Recovery, FlowStep.Reset, "/api/v1/auth/password/reset", "POST"),
    ];

    private static FlowRoute[] OldVerification(string contract) =>
    [
        new(contract, Purpose.Verification, FlowStep.Captcha, "/v1/user/verify/captcha", "GET"),
        new(contract, Purpose.Verification, FlowStep.Code, "/v1/user/verify/otp", "POST"),
        new(contract, Purpose.Verification, FlowStep.Verify, "/v1/user/verify/confirm", "POST"),
    ];

    private static FlowRoute[] RestVerification(string contract) =>
    [
        new(contract, Purpose.Verification, FlowStep.Captcha, "/api/v1/auth/register/captcha", "POST"),
        new(contract, Purpose.Verification, FlowStep.Code, "/api/v1/auth/register/otp", "POST"),
        new(contract, Purpose.Verification, FlowStep.Verify, "/api/v1/auth/register/otp/verify", "POST"),
    ];
}
