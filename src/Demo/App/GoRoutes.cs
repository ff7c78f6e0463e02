using System.Text.RegularExpressions;

namespace Sidecar.Demo.App;

/// <summary>
/// Login, session and reset of the Go releases, from reading them: the login wants an address and some password before it looks for
/// anybody, a password that is no ciphertext counts as typed, a deleted account logs in, and the reset's flag has a trimmed,
/// lower-cased name. A reset ends the sessions before it.
/// </summary>
internal sealed partial class GoRoutes
{
    private readonly Users _users;
    private readonly PasswordCipher _cipher;
    private readonly Sessions _sessions;
    private readonly IVerifiedFlags _flags;

    private GoRoutes(Users users, PasswordCipher cipher, Sessions sessions, IVerifiedFlags flags) =>
        (_users, _cipher, _sessions, _flags) = (users, cipher, sessions, flags);

    public static void Add(RouteTable routes, AppPaths paths, Users users, PasswordCipher cipher, Sessions sessions, IVerifiedFlags flags)
    {
        var go = new GoRoutes(users, cipher, sessions, flags);
        routes.Add("POST", paths.Login, go.LogInAsync);
        routes.Add("GET", paths.Info, go.InfoAsync);
        routes.Add("POST", paths.Reset, go.ResetAsync);
    }

    private async Task LogInAsync(HttpContext context)
    {
        GoBody body;
        try
        {
            body = await GoBody.ReadAsync(context.Request, ["email", "password"], context.RequestAborted);
        }
        catch (AppException exception)
        {
            await GoEnvelope.RefuseAsync(context, 400, exception.Message);
            return;
        }

        if (Unbound(body) is { } unbound)
        {
            await GoEnvelope.RefuseAsync(context, 400, unbound);
        }
        else if (_users.Find(body["email"]) is not { } user)
        {
            await GoEnvelope.RefuseAsync(context, 109, $"email: {body["email"]} is not registered");
        }
        else if (!PasswordHash.Matches(user.PasswordHash, _cipher.DecryptOrTake(body["password"])))
        {
            await GoEnvelope.RefuseAsync(context, 109, "email and password do not match");
        }
        else if (!user.IsActive)
        {
            await GoEnvelope.RefuseAsync(context, 403, "this account has been disabled, please contact the administrator");
        }
        else
        {
            user = _users.LogIn(user);
            LoginRoutes.OpenSession(context, _sessions, user);
            // The Python releases misspell it.
            context.Response.Headers.Remove("Access-Control-Allow-Method");
            context.Response.Headers.AccessControlAllowMethods = "*";
            await GoEnvelope.OkAsync(context, json => user.Write(json, secrets: true), "Welcome back!");
        }
    }

    private async Task ResetAsync(HttpContext context)
    {
        GoBody body;
        try
        {
            body = await GoBody.ReadAsync(context.Request, ["email", "new_password", "confirm_new_password"], context.RequestAborted);
        }
        catch (AppException exception)
        {
            await GoEnvelope.RefuseAsync(context, 101, exception.Message);
            return;
        }

        var (email, password) = (body["email"], _cipher.DecryptOrTake(body["new_password"]));
        var flag = email.Trim().ToLowerInvariant();
        if (email.Length == 0 || body["new_password"].Length == 0 || body["confirm_new_password"].Length == 0)
        {
            await GoEnvelope.RefuseAsync(context, 101, "email and passwords are required");
        }
        else if (!await _flags.IsVerifiedAsync(flag))
        {
            await GoEnvelope.RefuseAsync(context, 109, "email not verified");
        }
        else if (password != _cipher.DecryptOrTake(body["confirm_new_password"]))
        {
            await GoEnvelope.RefuseAsync(context, 101, "passwords do not match");
        }
        else if (_users.Find(email) is not { } user)
        {
            await GoEnvelope.RefuseAsync(context, 102, "invalid email");
        }
        else
        {
            user = _users.LogIn(_users.SetPassword(user, password));
            await _flags.ClearAsync(flag);
            context.Response.Headers.Authorization = _sessions.Issue(user);
            context.Response.Headers.AccessControlExposeHeaders = "Authorization";
            await GoEnvelope.OkAsync(context, json => user.Write(json, secrets: false), "Password reset successful. Logged in.");
        }
    }

    private Task InfoAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        return authorization.Length == 0 ? GoEnvelope.UnauthorizedAsync(context, "Missing Authorization header")
            : _sessions.Read(authorization) is { } token && _users.FindByToken(token) is { } user ? GoEnvelope.OkAsync(context, json => user.Write(json, secrets: true), "success")
            : GoEnvelope.UnauthorizedAsync(context, "Invalid access token");
    }

    private static string? Unbound(GoBody body) =>
        body["email"].Length == 0 ? Tag("Email", "required")
        : !Address().IsMatch(body["email"]) ? Tag("Email", "email")
        : body["password"].Length == 0 ? Tag("Password", "required")
        : null;

    private static string Tag(string field, string tag) =>
        $"Key: 'EmailLoginRequest.{field}' Error:Field validation for '{field}' failed on the '{tag}' tag";

    [GeneratedRegex(@"^[^\s@]+@[^\s@]+\.[^\s@]+$")]
    private static partial Regex Address();
}
