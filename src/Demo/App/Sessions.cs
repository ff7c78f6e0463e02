using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Demo.App;

/// <summary>
/// The <c>Authorization</c> value that login and reset hand out: the user's token, signed, so that only what this app issued
/// opens an account.
/// </summary>
internal sealed class Sessions(TimeProvider time)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string Issue(User user)
    {
        var payload = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(user.AccessToken))}.{time.GetUtcNow().ToUnixTimeSeconds():x}";
        return $"{payload}.{Sign(payload)}";
    }

    /// <summary>The user's token; null when the value was not issued here or belongs to a session that was ended.</summary>
    public string? Read(string authorization)
    {
        var end = authorization.LastIndexOf('.');
        if (end < 0 || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(authorization[..end])), Encoding.UTF8.GetBytes(authorization[(end + 1)..])))
        {
            return null;
        }

        var token = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(authorization.Split('.')[0]));
        return token.StartsWith("INVALID_", StringComparison.Ordinal) ? null : token;
    }

    private string Sign(string payload) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(payload)));
}
