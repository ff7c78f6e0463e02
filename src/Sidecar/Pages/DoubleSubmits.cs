using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Pages;

/// <summary>
/// Answers a form that is sent twice as it answered the first time. A browser shows the answer to the second only, and without
/// this it would say that the code, right a moment ago, is no longer valid. Within one process: a balancer keeps a double click
/// on its connection.
/// </summary>
internal sealed class DoubleSubmits(TimeProvider clock)
{
    private const int Most = 2_000;

    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (Lazy<Task<PageAnswer>> Answer, DateTimeOffset Ends)> _recent = new(StringComparer.Ordinal);

    /// <param name="cookies">As sent: whoever does not have them gets no answer of theirs.</param>
    /// <param name="form">As sent.</param>
    /// <param name="act">Makes the answer.</param>
    public Task<PageAnswer> OnceAsync(string cookies, ReadOnlyMemory<byte> form, Func<Task<PageAnswer>> act)
    {
        var now = clock.GetUtcNow();
        foreach (var (key, entry) in _recent)
        {
            if (entry.Ends <= now)
            {
                _recent.TryRemove(key, out _);
            }
        }

        return _recent.Count >= Most ? act() : _recent.GetOrAdd(Name(cookies, form.Span), _ => (new(act), now + Memory)).Answer.Value;
    }

    private static string Name(string cookies, ReadOnlySpan<byte> form)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(cookies));
        hash.AppendData([0]);
        hash.AppendData(form);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
