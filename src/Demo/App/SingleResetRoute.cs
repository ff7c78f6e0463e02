using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Demo.App;

/// <summary>
/// The reset of v0.21.1 to v0.22.1: one call with the code, which the app checks against the record in its Redis, counting wrong ones
/// and locking after five. What these releases get wrong is played too: the passwords are taken as they come, and the row that was read
/// before is written back whole, so that the caller is logged in and the old password still holds.
/// </summary>
internal sealed class SingleResetRoute(Users users, Sessions sessions, IAppStore store)
{
    private const int MostAttempts = 5;
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan LockLifetime = TimeSpan.FromSeconds(1800);

    public static void Add(RouteTable routes, AppPaths paths, Users users, Sessions sessions, IAppStore store) =>
        routes.Add("POST", paths.Reset, new SingleResetRoute(users, sessions, store).ResetAsync);

    private async Task ResetAsync(HttpContext context)
    {
        var body = await RequestBody.ReadJsonAsync(context.Request, context.RequestAborted);
        var otp = Otp(body["otp"]);
        if (!body["email"].IsTruthy || otp.Length == 0 || !body["new_password"].IsTruthy || !body["confirm_new_password"].IsTruthy)
        {
            await Envelope.RefuseAsync(context, 101, "email, otp and passwords are required");
        }
        else if (body["new_password"] != body["confirm_new_password"])
        {
            await Envelope.RefuseAsync(context, 101, "passwords do not match");
        }
        else if (users.Find(body["email"].Raw) is not { } user)
        {
            await Envelope.RefuseAsync(context, 102, "invalid email");
        }
        else if (await CheckAsync(body["email"].Raw.Trim().ToLowerInvariant(), otp) is { } refusal)
        {
            await Envelope.RefuseAsync(context, refusal.Code, refusal.Message);
        }
        else
        {
            user = users.LogIn(user);
            LoginRoutes.OpenSession(context, sessions, user);
            await Envelope.OkAsync(context, json => user.Write(json, secrets: true), "Password reset successful. Logged in.");
        }
    }

    private async Task<(int Code, string Message)?> CheckAsync(string email, string otp)
    {
        if (await store.GetAsync("otp_lock:" + email) is { Length: > 0 })
        {
            return (10, "too many attempts, try later");
        }

        if (await store.GetAsync("otp:" + email) is not { Length: > 0 } stored)
        {
            return (10, "expired otp");
        }

        if (stored.Split(':', 2) is not [var hash, var salt] || salt.Length % 2 != 0 || !salt.All(char.IsAsciiHexDigit))
        {
            return (100, "otp storage corrupted");
        }

        if (Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromHexString(salt), Encoding.UTF8.GetBytes(otp.ToUpperInvariant()))) != hash)
        {
            await CountAsync(email);
            return (109, "expired otp");
        }

        foreach (var prefix in (string[])["otp:", "otp_attempts:", "otp_last_sent:", "otp_lock:"])
        {
            await store.DeleteAsync(prefix + email);
        }

        return null;
    }

    private async Task CountAsync(string email)
    {
        var before = await store.GetAsync("otp_attempts:" + email);
        var attempts = before is null ? 1 : int.TryParse(before, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count) ? count + 1 : 1;
        await store.SetAsync("otp_attempts:" + email, attempts.ToString(CultureInfo.InvariantCulture), CodeLifetime);
        if (attempts >= MostAttempts)
        {
            await store.SetAsync("otp_lock:" + email, "1", LockLifetime);
        }
    }

    private static string Otp(Field field) => field switch
    {
        { IsTruthy: false } => "",
        { Text: { } text } => text.Trim(),
        _ => throw new AppException($"AttributeError(\"'{field.PythonType}' object has no attribute 'strip'\")"),
    };
}
