using Sidecar.Demo.App;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>The users that the recordings know, and the way back to their first passwords.</summary>
internal sealed class StandInUsers(DemoApp app)
{
    private readonly Dictionary<string, string> hashes =
        Users.Newcomers.Concat(Extra).DistinctBy(s => s.Email.ToLowerInvariant()).ToDictionary(s => s.Email, s => app.Users.Find(s.Email)!.PasswordHash);

    /// <summary>Besides alice. Bob is stored in mixed case, which takes the place of the demo's own.</summary>
    public static IReadOnlyList<SeededUser> Extra { get; } =
    [
        new("Bob@Example.com", "bob-password"),
        new("carol@example.com", "carol-password"),
        new("disabled@example.com", "disabled-password") { IsActive = false },
        new("deleted@example.com", "deleted-password") { IsDeleted = true },
    ];

    public void Reset()
    {
        foreach (var seed in Users.Newcomers.Concat(Extra))
        {
            var user = app.Users.Find(seed.Email)!;
            if (hashes.TryGetValue(seed.Email, out var hash) && user.PasswordHash != hash)
            {
                hashes[seed.Email] = app.Users.SetPassword(user, Inner(seed.Password)).PasswordHash;
            }
        }
    }

    private static string Inner(string password) => Sidecar.Demo.App.PasswordCipher.Inner(password);
}
