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

/// <summary>One takeover path of any contract.</summary>
/// <param name="Contract">Whose path it is, such as <c>ragflow-v1</c>.</param>
/// <param name="Purpose">Which flow it belongs to.</param>
/// <param name="Step">The step it serves.</param>
/// <param name="Path">The path in its plain spelling.</param>
/// <param name="Method">The one method that is served; GET includes HEAD.</param>
/// <param name="IsMounted">Whether the contract is mounted. Otherwise the path is only guarded: answered, never forwarded.</param>
internal sealed record FlowRoute(string Contract, Purpose Purpose, FlowStep Step, string Path, string Method, bool IsMounted = false)
{
    /// <summary>Where the app has what is handed over to it; only for its own steps. Default: the same path.</summary>
    public string AppPath { get; init; } = Path;

    /// <summary>How its contract words requests and answers.</summary>
    public IContract Words => ContractWords.Of(Contract);

    /// <summary>
    /// Whether a request with this method is the app's affair: under a sign-up's path the app has others, such as a list of users.
    /// Case does not count, because there are servers that raise a method to capitals.
    /// </summary>
    public bool LeavesToApp(string method) => Step == FlowStep.Register && !method.Equals(Method, StringComparison.OrdinalIgnoreCase);
}
