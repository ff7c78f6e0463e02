using System.Text.RegularExpressions;

namespace Sidecar.Demo.App;

/// <summary>The app's sign-up, in the words of the Python releases, for the Go ones too: takes whatever address it is given, unchecked.</summary>
internal sealed partial class RegisterRoutes
{
    private const int OperatingError = 103;

    private static readonly string[] Required = ["nickname", "email", "password"];

    private readonly Users _users;
    private readonly PasswordCipher _cipher;
    private readonly Sessions _sessions;

    private RegisterRoutes(Users users, PasswordCipher cipher, Sessions sessions) => (_users, _cipher, _sessions) = (users, cipher, sessions);

    public static void Add(RouteTable routes, AppPaths paths, Users users, PasswordCipher cipher, Sessions sessions)
    {
        var register = new RegisterRoutes(users, cipher, sessions);
        routes.Add("POST", paths.Register, context => register.RegisterAsync(context, secrets: paths.Release is AppRelease.V1 or AppRelease.V1Single));
    }

    private async Task RegisterAsync(HttpContext context, bool secrets)
    {
        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        var missing = Required.Where(name => body[name] == Field.Missing).ToArray();
        if (missing.Length > 0)
        {
            await Envelope.NothingAsync(context, 101, $"required argument are missing: {string.Join(',', missing)}; ");
            return;
        }

        var email = body["email"].Raw;
        if (!Address().IsMatch(email))
        {
            await Envelope.RefuseAsync(context, OperatingError, $"Invalid email address: {email}!");
            return;
        }

        if (_users.Find(email) is not null || _users.Add(email, body["nickname"].Raw, _cipher.Decrypt(body["password"])) is not { } user)
        {
            await Envelope.RefuseAsync(context, OperatingError, $"Email: {email} has already registered!");
            return;
        }

        LoginRoutes.OpenSession(context, _sessions, user);
        await Envelope.OkAsync(context, json => user.Write(json, secrets), $"{body["nickname"].Raw}, welcome aboard!");
    }

    [GeneratedRegex(@"^[\w\._-]+@([\w_-]+\.)+[\w-]{2,}$")]
    private static partial Regex Address();
}
