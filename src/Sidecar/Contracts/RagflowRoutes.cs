namespace Sidecar.Contracts;

/// <summary>A step of the flow as a contract's routes name it.</summary>
internal enum FlowStep
{
    Captcha,
    Code,
    Verify,
    Reset,
}

/// <summary>One takeover path.</summary>
/// <param name="Contract">Whose path it is, such as <c>ragflow-v1</c>.</param>
/// <param name="Step">The step it serves.</param>
/// <param name="Path">The path in its plain spelling.</param>
/// <param name="Method">The one method that is served; GET includes HEAD.</param>
/// <param name="IsMounted">Whether the contract is mounted. Otherwise the path is only guarded: answered, never forwarded.</param>
internal sealed record RagflowRoute(string Contract, FlowStep Step, string Path, string Method, bool IsMounted);

/// <summary>
/// The recovery paths of every RAGFlow release. All of them are guarded whatever is mounted, because behind each of them the
/// app has a handler with holes.
/// </summary>
internal static class RagflowRoutes
{
    public const string V1 = "ragflow-v1";
    public const string Rest = "ragflow-rest";

    private const string V1Single = "ragflow-v1-single";

    /// <summary>The contracts that can be mounted.</summary>
    public static IReadOnlyList<string> Contracts { get; } = [V1, Rest];

    private static readonly RagflowRoute[] All =
    [
        new(V1, FlowStep.Captcha, "/v1/user/forget/captcha", "GET", false),
        new(V1, FlowStep.Code, "/v1/user/forget/otp", "POST", false),
        new(V1, FlowStep.Verify, "/v1/user/forget/verify-otp", "POST", false),
        new(V1, FlowStep.Reset, "/v1/user/forget/reset-password", "POST", false),
        new(V1Single, FlowStep.Reset, "/v1/user/forget", "POST", false),
        new(Rest, FlowStep.Captcha, "/api/v1/auth/password/forgot/captcha", "POST", false),
        new(Rest, FlowStep.Code, "/api/v1/auth/password/forgot/otp", "POST", false),
        new(Rest, FlowStep.Verify, "/api/v1/auth/password/forgot/otp/verify", "POST", false),
        new(Rest, FlowStep.Reset, "/api/v1/auth/password/reset", "POST", false),
    ];

    /// <summary>Where the app sets a password, the newest of the <paramref name="mounted"/> contracts first.</summary>
    public static IReadOnlyList<RagflowRoute> Resets(IReadOnlyCollection<string> mounted) =>
        [.. All.Where(route => route.Step == FlowStep.Reset && mounted.Contains(route.Contract)).Reverse()];

    /// <summary>All guarded paths, those of <paramref name="mounted"/> contracts marked.</summary>
    public static IEnumerable<KeyValuePair<string, RagflowRoute>> Guarded(IReadOnlyCollection<string> mounted) =>
        All.Select(route => KeyValuePair.Create(route.Path, route with { IsMounted = mounted.Contains(route.Contract) }));
}
