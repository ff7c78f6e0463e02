using Sidecar.Otp;

namespace Sidecar.Contracts;

/// <summary>A step of a flow as a contract's routes name it.</summary>
internal enum FlowStep
{
    Captcha,
    Code,
    Verify,

    /// <summary>The app's own: sets the password of a proven address.</summary>
    Reset,

    /// <summary>The app's own: makes an account of a verified address.</summary>
    Register,
}

/// <summary>One takeover path.</summary>
/// <param name="Contract">Whose path it is, such as <c>ragflow-v1</c>.</param>
/// <param name="Purpose">Which flow it belongs to.</param>
/// <param name="Step">The step it serves.</param>
/// <param name="Path">The path in its plain spelling.</param>
/// <param name="Method">The one method that is served; GET includes HEAD.</param>
/// <param name="IsMounted">Whether the contract is mounted. Otherwise the path is only guarded: answered, never forwarded.</param>
internal sealed record RagflowRoute(string Contract, Purpose Purpose, FlowStep Step, string Path, string Method, bool IsMounted = false)
{
    /// <summary>
    /// Whether a request with this method is the app's affair: under a sign-up's path the app has others, such as a list of users.
    /// Case does not count, because there are servers that raise a method to capitals.
    /// </summary>
    public bool LeavesToApp(string method) => Step == FlowStep.Register && !method.Equals(Method, StringComparison.OrdinalIgnoreCase);
}

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

    private static readonly RagflowRoute[] Recovery =
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

    private static readonly RagflowRoute[] Verification =
    [
        new(V1, Purpose.Verification, FlowStep.Captcha, "/v1/user/verify/captcha", "GET"),
        new(V1, Purpose.Verification, FlowStep.Code, "/v1/user/verify/otp", "POST"),
        new(V1, Purpose.Verification, FlowStep.Verify, "/v1/user/verify/confirm", "POST"),
        new(Rest, Purpose.Verification, FlowStep.Captcha, "/api/v1/auth/register/captcha", "POST"),
        new(Rest, Purpose.Verification, FlowStep.Code, "/api/v1/auth/register/otp", "POST"),
        new(Rest, Purpose.Verification, FlowStep.Verify, "/api/v1/auth/register/otp/verify", "POST"),
    ];

    private static readonly RagflowRoute[] Registration =
    [
        new(V1, Purpose.Verification, FlowStep.Register, "/v1/user/register", "POST"),
        new(Rest, Purpose.Verification, FlowStep.Register, "/api/v1/users", "POST"),
    ];

    /// <summary>Where the app sets a password, the newest of the <paramref name="mounted"/> contracts first.</summary>
    public static IReadOnlyList<RagflowRoute> Resets(IReadOnlyCollection<string> mounted) =>
        [.. Recovery.Where(route => route.Step == FlowStep.Reset && mounted.Contains(route.Contract)).Reverse()];

    /// <summary>All guarded paths, those of <paramref name="mounted"/> contracts marked.</summary>
    /// <param name="mounted">The contracts that are served.</param>
    /// <param name="verification">Whether addresses are verified.</param>
    /// <param name="gate">Whether sign-ups are gated.</param>
    public static IEnumerable<KeyValuePair<string, RagflowRoute>> Guarded(IReadOnlyCollection<string> mounted, bool verification = false, bool gate = false) =>
        Recovery.Concat(verification ? Verification : []).Concat(gate ? Registration : [])
            .Select(route => KeyValuePair.Create(route.Path, route with { IsMounted = mounted.Contains(route.Contract) }));
}
