using System.Buffers.Text;
using System.Security.Cryptography;

namespace Sidecar.Demo.App;

/// <summary>
/// Login, the public key and who is logged in, as the Python releases answer. A login without a password is what the
/// sidecar's account probe sends, so its two answers are part of the contract.
/// </summary>
internal sealed class LoginRoutes
{
    private readonly Users _users;
    private readonly PasswordCipher _cipher;
    private readonly Sessions _sessions;
    private readonly AppRelease _release;

    private LoginRoutes(Users users, PasswordCipher cipher, Sessions sessions, AppRelease release) =>
        (_users, _cipher, _sessions, _release) = (users, cipher, sessions, release);

    /// <summary>The first releases show token and hash to the user himself.</summary>
    private bool Secrets => _release != AppRelease.Rest;

    public static void Add(RouteTable routes, AppPaths paths, Users users, PasswordCipher cipher, Sessions sessions)
    {
        var login = new LoginRoutes(users, cipher, sessions, paths.Release);
        routes.Add(paths.Release == AppRelease.V1Single ? "POST, GET, HEAD" : "POST", paths.Login, login.LogInAsync);
        routes.Add("GET, HEAD", paths.Info, login.InfoAsync);
    }

    public static void AddPublicKey(RouteTable routes, AppPaths paths, PasswordCipher cipher) => routes.Add("GET, HEAD", paths.PublicKey, context =>
    {
        context.Response.ContentType = "application/x-pem-file";
        return context.Response.WriteAsync(cipher.PublicKeyPem + "\n", context.RequestAborted);
    });

    /// <summary>The headers with which login and reset open a session.</summary>
    public static void OpenSession(HttpContext context, Sessions sessions, User user)
    {
        var headers = context.Response.Headers;
        headers.Authorization = sessions.Issue(user);
        headers.AccessControlAllowOrigin = "*";
        headers["Access-Control-Allow-Method"] = "*";
        headers.AccessControlAllowHeaders = "*";
        headers.AccessControlExposeHeaders = "Authorization";
    }

    private async Task LogInAsync(HttpContext context)
    {
        var body = _release == AppRelease.V1Single
            ? await RequestBody.ReadJsonAsync(context.Request, context.RequestAborted)
            : await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        if (body.IsEmpty)
        {
            await Envelope.RefuseAsync(context, 109, "Unauthorized!");
            return;
        }

        var email = body["email"] == Field.Missing ? "" : body["email"].Raw;
        if (_users.Find(email) is not { } user)
        {
            await Envelope.RefuseAsync(context, 109, $"Email: {email} is not registered!");
            return;
        }

        string inner;
        try
        {
            inner = _cipher.Decrypt(body["password"]);
        }
        catch (AppException)
        {
            await Envelope.RefuseAsync(context, 500, "Fail to crypt password");
            return;
        }

        if (user.IsDeleted || !PasswordHash.Matches(user.PasswordHash, inner))
        {
            await Envelope.RefuseAsync(context, 109, "Email and password do not match!");
        }
        else if (!user.IsActive)
        {
            await Envelope.RefuseAsync(context, 403, "This account has been disabled, please contact the administrator!");
        }
        else
        {
            user = _users.LogIn(user);
            OpenSession(context, _sessions, user);
            context.Response.Headers.Vary = "Origin, Cookie";
            context.Response.Headers.SetCookie = $"session={Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24))}; HttpOnly; Path=/";
            await Envelope.OkAsync(context, json => user.Write(json, Secrets), "Welcome back!");
        }
    }

    private Task InfoAsync(HttpContext context) =>
        _sessions.Read(context.Request.Headers.Authorization.ToString()) is { } token && _users.FindByToken(token) is { } user
            ? Envelope.OkAsync(context, json => user.Write(json, Secrets), "success")
            : Envelope.UnauthorizedAsync(context, _release == AppRelease.V1Single ? 200 : 401);
}
