namespace Sidecar.Demo.App;

/// <summary>Where a release serves what; one place for its routes, its page and the printed walk-through.</summary>
/// <param name="Release">Whose paths these are.</param>
/// <param name="Contract">What the sidecar calls the contract.</param>
/// <param name="User">What the user's own paths begin with.</param>
/// <param name="Login">With address and password.</param>
/// <param name="Info">Who is logged in.</param>
/// <param name="Register">The sign-up.</param>
/// <param name="Config">What the frontend asks first.</param>
/// <param name="CaptchaMethod">How the picture is asked for.</param>
/// <param name="Captcha">The picture.</param>
/// <param name="Otp">The code.</param>
/// <param name="Verify">The code's check; null where the reset does it.</param>
/// <param name="Reset">The new password.</param>
internal sealed record AppPaths(
    AppRelease Release, string Contract, string User, string Login, string Info, string Register, string Config,
    string CaptchaMethod, string Captcha, string Otp, string? Verify, string Reset)
{
    public static AppPaths V1Single { get; } = new(
        AppRelease.V1Single, "ragflow-v1-single", "/v1/user", "/v1/user/login", "/v1/user/info", "/v1/user/register", "/v1/system/config",
        "GET", "/v1/user/forget/captcha", "/v1/user/forget/otp", null, "/v1/user/forget");

    public static AppPaths V1 { get; } = V1Single with
    {
        Release = AppRelease.V1,
        Contract = "ragflow-v1",
        Verify = "/v1/user/forget/verify-otp",
        Reset = "/v1/user/forget/reset-password",
    };

    public static AppPaths Rest { get; } = new(
        AppRelease.Rest, "ragflow-rest", "/api/v1/auth", "/api/v1/auth/login", "/api/v1/users/me", "/api/v1/users", "/api/v1/system/config",
        "POST", "/api/v1/auth/password/forgot/captcha", "/api/v1/auth/password/forgot/otp", "/api/v1/auth/password/forgot/otp/verify", "/api/v1/auth/password/reset");

    public static AppPaths RestGo { get; } = Rest with { Release = AppRelease.RestGo, Contract = "ragflow-rest-go" };

    /// <summary>The demo's own: no release hands its key out, its frontend holds it.</summary>
    public string PublicKey => User + "/public-key";

    /// <summary>Where the app's own insecure handlers live, beside the reset.</summary>
    public IEnumerable<string> Traps => Verify is null ? [Captcha, Otp] : [Captcha, Otp, Verify];

    /// <summary>The paths of a release; those of v1 for the app that plays several.</summary>
    public static AppPaths Of(AppRelease release) => release switch
    {
        AppRelease.V1Single => V1Single,
        AppRelease.Rest => Rest,
        AppRelease.RestGo => RestGo,
        _ => V1,
    };
}
