namespace Sidecar.Demo.App;

/// <summary>
/// The app's reset, in the order of checks of each contract: the older one decrypts before it looks at anything else, the
/// newer one asks for the fields and the proof first. Neither asks whether the account is active.
/// </summary>
internal sealed class ResetRoutes
{
    private readonly Users _users;
    private readonly PasswordCipher _cipher;
    private readonly Sessions _sessions;
    private readonly IVerifiedFlags _flags;

    private ResetRoutes(Users users, PasswordCipher cipher, Sessions sessions, IVerifiedFlags flags) =>
        (_users, _cipher, _sessions, _flags) = (users, cipher, sessions, flags);

    public static void Add(RouteTable routes, AppPaths paths, Users users, PasswordCipher cipher, Sessions sessions, IVerifiedFlags flags)
    {
        var reset = new ResetRoutes(users, cipher, sessions, flags);
        routes.Add("POST", paths.Reset, paths.Release == AppRelease.Rest ? reset.RestAsync : reset.V1Async);
    }

    private async Task V1Async(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        var passwords = Decrypt(body);
        if (!await IsVerifiedAsync(body))
        {
            await Envelope.RefuseAsync(context, 109, "email not verified");
        }
        else if (!HasAllFields(body))
        {
            await Envelope.RefuseAsync(context, 101, "email and passwords are required");
        }
        else
        {
            await SetPasswordAsync(context, body, passwords, secrets: true);
        }
    }

    private async Task RestAsync(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        if (!HasAllFields(body))
        {
            await Envelope.RefuseAsync(context, 101, "email and passwords are required");
        }
        else if (!await IsVerifiedAsync(body))
        {
            await Envelope.RefuseAsync(context, 109, "email not verified");
        }
        else
        {
            await SetPasswordAsync(context, body, Decrypt(body), secrets: false);
        }
    }

    private async Task SetPasswordAsync(HttpContext context, RequestBody body, (string Inner, bool AreEqual) passwords, bool secrets)
    {
        if (!passwords.AreEqual)
        {
            await Envelope.RefuseAsync(context, 101, "passwords do not match");
            return;
        }

        if (_users.Find(body["email"].Raw) is not { } user)
        {
            await Envelope.RefuseAsync(context, 102, "invalid email");
            return;
        }

        _users.SetPassword(user, passwords.Inner);
        // Only a reset that came this far uses the proof up.
        await _flags.ClearAsync(body["email"].Raw);
        LoginRoutes.OpenSession(context, _sessions, user);
        await Envelope.OkAsync(context, json => user.Write(json, secrets), "Password reset successful. Logged in.");
    }

    private static bool HasAllFields(RequestBody body) =>
        body["email"].IsTruthy && body["new_password"].IsTruthy && body["confirm_new_password"].IsTruthy;

    private ValueTask<bool> IsVerifiedAsync(RequestBody body) =>
        _flags.IsVerifiedAsync(body["email"] == Field.Missing ? "" : body["email"].Raw);

    private (string Inner, bool AreEqual) Decrypt(RequestBody body)
    {
        var inner = _cipher.Decrypt(body["new_password"]);
        return (inner, PasswordCipher.Open(inner) == PasswordCipher.Open(_cipher.Decrypt(body["confirm_new_password"])));
    }
}
