namespace Sidecar.FunctionalTests.Hosting;

/// <summary>A request exactly as it goes over the wire.</summary>
/// <param name="Server">Where to connect; its path is not used.</param>
/// <param name="Method">Any token, known or not.</param>
/// <param name="Target">The raw request target.</param>
internal sealed record RawRequest(Uri Server, string Method, string Target)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public ReadOnlyMemory<byte> Body { get; init; }

    public bool Has(string header) => Headers.Any(h => h.Key.Equals(header, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What came back.</summary>
internal sealed record RawResponse(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public IEnumerable<string> Values(string header) =>
        Headers.Where(h => h.Key.Equals(header, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    public string? Value(string header) => Values(header).FirstOrDefault();
}
