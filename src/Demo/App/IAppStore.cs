namespace Sidecar.Demo.App;

/// <summary>
/// The app's Redis, as far as its recovery handlers use it: plain strings that end. Two sides: the real one, and memory shared with the
/// sidecar in this process.
/// </summary>
internal interface IAppStore
{
    /// <summary>Null where there is none, or none any more.</summary>
    ValueTask<string?> GetAsync(string key);

    ValueTask SetAsync(string key, string value, TimeSpan lifetime);

    ValueTask DeleteAsync(string key);
}
