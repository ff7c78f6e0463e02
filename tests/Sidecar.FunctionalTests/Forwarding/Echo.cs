using System.Text.Json;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>A request as the app saw it.</summary>
internal sealed record Echo(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string BodySha256)
{
    public static Echo Of(RawResponse response)
    {
        Assert.Equal(200, response.Status);
        using var document = JsonDocument.Parse(response.Body);
        var root = document.RootElement;
        return new(
            root.GetProperty("method").GetString()!,
            root.GetProperty("target").GetString()!,
            [.. root.GetProperty("headers").EnumerateArray().Select(static pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()!))],
            root.GetProperty("body_sha256").GetString()!);
    }

    public IEnumerable<string> Values(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value);

    public string? Value(string name) => Values(name).SingleOrDefault();
}
