using System.Security.Cryptography;
using System.Text;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>What RAGFlow's handlers look for in their Redis, by release. Letters outside ASCII are folded as .NET does; where an app folds one otherwise it finds nothing, and refuses.</summary>
internal static class RagflowProof
{
    private const int SaltBytes = 16;

    /// <param name="form">The contract's form; one that lives in Redis.</param>
    /// <param name="email">The address as the body of the reset has it.</param>
    /// <param name="code">The code as that body has it; used by <see cref="HandoverForm.CodeRecord"/> alone.</param>
    public static HandoffProof Of(HandoverForm form, string email, string code) => form switch
    {
        HandoverForm.Flag => Flag(email),
        HandoverForm.FoldedFlag => Flag(Folded(email)),
        HandoverForm.CodeRecord => new($"otp:{Folded(email)}", Record(code)) { Obstacle = $"otp_lock:{Folded(email)}" },
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "The app is not told through its Redis."),
    };

    private static HandoffProof Flag(string name) => new($"otp:verified:{name}", "1");

    private static string Folded(string email) => email.Trim().ToLowerInvariant();

    /// <summary>hex HMAC-SHA256 of the code in capitals, keyed with the salt; the salt as hex behind it.</summary>
    private static string Record(string code)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(code.Trim().ToUpperInvariant()));
        return $"{Convert.ToHexStringLower(hash)}:{Convert.ToHexStringLower(salt)}";
    }
}
