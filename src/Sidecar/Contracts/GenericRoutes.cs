using Sidecar.Otp;

namespace Sidecar.Contracts;

/// <summary>
/// The paths of the generic contract. Unlike RAGFlow's they are guarded only where the contract is mounted: behind them is nothing
/// that is known to have holes.
/// </summary>
internal static class GenericRoutes
{
    public const string Contract = "generic";

    /// <summary>Where a reset comes in, and where the app has it unless it says otherwise.</summary>
    public const string Reset = "/user/forget/reset";

    private static readonly FlowRoute[] Recovery =
    [
        Route(Purpose.Recovery, FlowStep.Captcha, "/user/forget/captcha"),
        Route(Purpose.Recovery, FlowStep.Code, "/user/forget/otp"),
        Route(Purpose.Recovery, FlowStep.Verify, "/user/forget/verify"),
        Route(Purpose.Recovery, FlowStep.Reset, Reset),
    ];

    private static readonly FlowRoute[] Verification =
    [
        Route(Purpose.Verification, FlowStep.Captcha, "/user/verify/captcha"),
        Route(Purpose.Verification, FlowStep.Code, "/user/verify/otp"),
        Route(Purpose.Verification, FlowStep.Verify, "/user/verify/confirm"),
    ];

    /// <summary>Whether a path is one of the contract's own, which no path of the app may be.</summary>
    public static bool IsOwn(string path) => Recovery.Concat(Verification).Any(route => route.Path.Equals(path, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where the app sets a password.</summary>
    /// <param name="appPath">Its own path.</param>
    public static FlowRoute ResetAt(string appPath) => Recovery[^1] with { AppPath = appPath };

    /// <summary>The guarded paths where the contract is mounted.</summary>
    /// <param name="resetPath">Where the app takes resets.</param>
    /// <param name="verification">Whether addresses are verified.</param>
    /// <param name="signUps">The app's gated sign-ups; none without the gate.</param>
    public static IEnumerable<KeyValuePair<string, FlowRoute>> Guarded(string resetPath, bool verification, IEnumerable<string> signUps) =>
        Recovery.Concat(verification ? Verification : [])
            .Concat(signUps.Where(static path => !IsOwn(path)).Distinct(StringComparer.OrdinalIgnoreCase).Select(static path => Route(Purpose.Verification, FlowStep.Register, path)))
            .Select(route => KeyValuePair.Create(route.Path, route.Step == FlowStep.Reset ? route with { AppPath = resetPath } : route));

    private static FlowRoute Route(Purpose purpose, FlowStep step, string path) => new(Contract, purpose, step, path, "POST", IsMounted: true);
}
