using System.Collections.Concurrent;
using Sidecar.Demo.App;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>The app's look at the flag: counted, since each one is a reset that reached the app, and made to wait where a test wants it under way.</summary>
internal sealed class CountingFlags(IVerifiedFlags inner) : IVerifiedFlags
{
    private readonly ConcurrentDictionary<string, int> asked = new(StringComparer.Ordinal);

    /// <summary>Runs before the app gets its answer.</summary>
    public Func<string, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public int Asked(string email) => asked.GetValueOrDefault(email);

    public async ValueTask<bool> IsVerifiedAsync(string email)
    {
        asked.AddOrUpdate(email, 1, static (_, count) => count + 1);
        await Before(email);
        return await inner.IsVerifiedAsync(email);
    }

    public ValueTask ClearAsync(string email) => inner.ClearAsync(email);
}
