using StackExchange.Redis;

namespace Sidecar.Demo.App;

/// <summary>The flag where RAGFlow keeps it: a plain string <c>otp:verified:{email}</c>, case as typed.</summary>
internal sealed class RedisFlags(IDatabase database) : IVerifiedFlags
{
    public async ValueTask<bool> IsVerifiedAsync(string email) => await database.StringGetAsync(Key(email)) == "1";

    public async ValueTask ClearAsync(string email) => await database.KeyDeleteAsync(Key(email));

    private static RedisKey Key(string email) => "otp:verified:" + email;
}
