using System.Collections.Concurrent;
using System.Globalization;

namespace Sidecar.Demo.App;

/// <summary>A user to start with.</summary>
internal sealed record SeededUser(string Email, string Password)
{
    /// <summary>False: the login says that the account is disabled.</summary>
    public bool IsActive { get; init; } = true;

    /// <summary>True: the row is still found, but nobody can log in with it.</summary>
    public bool IsDeleted { get; init; }
}

/// <summary>The app's table of users, in memory, searched as its database would.</summary>
internal sealed class Users
{
    private readonly ConcurrentDictionary<string, User> _byFold = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    public Users(TimeProvider time, IEnumerable<SeededUser> seeds)
    {
        _time = time;
        // One hash for all who start with the same password: thousands of them would otherwise take a minute.
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var seed in seeds)
        {
            var id = (_byFold.Count + 1).ToString("x32", CultureInfo.InvariantCulture);
            if (!hashes.TryGetValue(seed.Password, out var hash))
            {
                hashes[seed.Password] = hash = PasswordHash.Of(PasswordCipher.Inner(seed.Password));
            }

            // A later seed of the same address takes the place of an earlier one.
            _byFold[Collation.Fold(seed.Email)] = new User(id, seed.Email, hash, seed.IsActive, seed.IsDeleted, time.GetUtcNow());
        }
    }

    public static IReadOnlyList<SeededUser> Newcomers { get; } = [new("alice@example.com", "alice-password"), new("bob@example.com", "bob-password")];

    public User? Find(string email) => _byFold.GetValueOrDefault(Collation.Fold(email));

    /// <summary>A new row; null when the address has one already.</summary>
    public User? Add(string email, string nickname, string inner)
    {
        var user = new User(Guid.NewGuid().ToString("n"), email, PasswordHash.Of(inner), IsActive: true, IsDeleted: false, _time.GetUtcNow()) { Nickname = nickname };
        return _byFold.TryAdd(Collation.Fold(email), user) ? user : null;
    }

    public User? FindByToken(string token) => _byFold.Values.FirstOrDefault(user => user.AccessToken == token && !user.IsDeleted);

    /// <summary>A fresh token, which ends every earlier session.</summary>
    public User LogIn(User user) => Change(user, row => row with { AccessToken = User.NewToken(), LastLogin = _time.GetUtcNow() });

    /// <summary>Ends the session as the app does: the token stays, and is marked as one that proves nothing.</summary>
    public User LogOut(User user) => Change(user, static row => row with { AccessToken = "INVALID_" + User.NewToken() });

    public User SetPassword(User user, string inner)
    {
        var hash = PasswordHash.Of(inner);
        return Change(user, row => row with { PasswordHash = hash });
    }

    /// <summary>Does this password open the account? For tests, without a login.</summary>
    public bool PasswordIs(string email, string password) =>
        Find(email) is { } user && PasswordHash.Matches(user.PasswordHash, PasswordCipher.Inner(password));

    private User Change(User user, Func<User, User> change) =>
        _byFold.AddOrUpdate(Collation.Fold(user.Email), _ => user, (_, row) => change(row) with { Updated = _time.GetUtcNow() });
}
