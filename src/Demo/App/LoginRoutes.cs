using System.Buffers.Text;
using System.Security.Cryptography;

namespace Sidecar.Demo.App;

/// <summary>
/// Login, the public key and who is logged in, under the paths of both contracts. A login without a password is what the
/// sidecar's account probe sends, so its two answers are part of the contract.
/// </summary>
internal sealed class LoginRoutes
{
    private readonly Users _users;
    private readonly PasswordCipher _cipher;
    private readonly Sessions _sessions;

    private LoginRoutes(Users users, PasswordCipher cipher, Sessions sessions) => (_users, _cipher, _sessions) = (users, cipher, sessions);

    public static void Add(RouteTable routes, Users users, PasswordCipher cipher, Sessions sessions)
    {
        var login = new LoginRoutes(users, cipher, sessions);
        routes.Add("GET, HEAD", "/", LoginPage.SendAsync);
        routes.Add("POST", "/v1/user/login", context => login.LogInAsync(context, secrets: true));
        routes.Add("POST", "/api/v1/auth/login", context => login.LogInAsync(context, secrets: false));
        routes.Add("GET, HEAD", "/v1/user/public-key", login.PublicKeyAsync);
        routes.Add("GET, HEAD", "/api/v1/auth/public-key", login.PublicKeyAsync);
        routes.Add("GET, HEAD", "/v1/user/info", context => login.InfoAsync(context, secrets: true));
        routes.Add("GET, HEAD", "/api/v1/users/me", context => login.InfoAsync(context, secrets: false));
    }

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

    private async Task LogInAsync(HttpContext context, bool secrets)
    {
        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
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
            await Envelope.OkAsync(context, json => user.Write(json, secrets), "Welcome back!");
        }
    }

    private Task InfoAsync(HttpContext context, bool secrets) =>
        _sessions.Read(context.Request.Headers.Authorization.ToString()) is { } token && _users.FindByToken(token) is { } user
            ? Envelope.OkAsync(context, json => user.Write(json, secrets), "success")
            : Envelope.UnauthorizedAsync(context);

    private Task PublicKeyAsync(HttpContext context)
    {
        context.Response.ContentType = "application/x-pem-file";
        return context.Response.WriteAsync(_cipher.PublicKeyPem + "\n", context.RequestAborted);
    }
}
