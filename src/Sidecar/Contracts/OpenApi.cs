using System.Text.Json.Nodes;
using Sidecar.Verification;

namespace Sidecar.Contracts;

/// <summary>The generic contract as an OpenAPI 3.1 document: what is served, and nothing that is not.</summary>
internal static class OpenApi
{
    private const string Resource = "openapi.json";
    private const string VerificationPaths = "/user/verify/";

    /// <param name="verification">Whether addresses are verified, and where the app's sign-ups are.</param>
    public static byte[] Write(VerificationOptions verification)
    {
        using var stream = typeof(OpenApi).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not in the binary.");
        var document = JsonNode.Parse(stream)!;
        var paths = document["paths"]!.AsObject();
        if (!verification.Enabled)
        {
            foreach (var path in paths.Select(static entry => entry.Key).Where(static path => path.StartsWith(VerificationPaths, StringComparison.Ordinal)).ToArray())
            {
                paths.Remove(path);
            }
        }

        var signUp = document["x-sign-up"]!;
        document.AsObject().Remove("x-sign-up");
        foreach (var path in verification is { Enabled: true, Gate.Enabled: true } ? verification.Gate.Paths.Where(path => !paths.ContainsKey(path)) : [])
        {
            paths[path] = signUp.DeepClone();
        }

        return System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
    }
}
