using System.Security.Cryptography;
using System.Text;
using Sidecar.Contracts;
using Sidecar.Upstream;

namespace Sidecar.Tests.Contracts;

/// <summary>What RAGFlow's own handlers would find: the names and values they compute themselves.</summary>
public sealed class RagflowProofTests
{
    [Theory]
    [InlineData(HandoverForm.Flag, "otp:verified: Alice@Example.com")]
    [InlineData(HandoverForm.FoldedFlag, "otp:verified:alice@example.com")]
    public void Flag_Name_IsAsTheReleaseDerivesIt(object form, string key)
    {
        var proof = RagflowProof.Of((HandoverForm)form, " Alice@Example.com", "");

        Assert.Equal((key, "1", null), (proof.Key, proof.Value, proof.Obstacle));
    }

    [Theory]
    [InlineData("ABCDEFGH", "ABCDEFGH")]
    [InlineData(" abcdEFGH\n", "ABCDEFGH")]
    [InlineData("ABCD EFGH", "ABCD EFGH")]
    public void CodeRecord_Value_IsWhatTheAppComputesOfTheSameBody(string typed, string compared)
    {
        var proof = RagflowProof.Of(HandoverForm.CodeRecord, "Alice@Example.com ", typed);

        Assert.Equal(("otp:alice@example.com", "otp_lock:alice@example.com"), (proof.Key, proof.Obstacle));
        Assert.True(Compare(proof, compared));
        Assert.False(Compare(proof, "ABCDEFGI"));
    }

    [Fact]
    public void CodeRecord_EachTime_HasAnotherSalt() =>
        Assert.NotEqual(RagflowProof.Of(HandoverForm.CodeRecord, "a@b.c", "CODE"), RagflowProof.Of(HandoverForm.CodeRecord, "a@b.c", "CODE"));

    [Fact]
    public void Proof_AsText_TellsNothing() =>
        Assert.Equal("(proof)", RagflowProof.Of(HandoverForm.CodeRecord, "a@b.c", "CODE").ToString());

    /// <summary>Splits at the first colon, reads the salt as hex, and compares hex with hex.</summary>
    internal static bool Compare(HandoffProof proof, string code)
    {
        var parts = proof.Value.Split(':', 2);
        var salt = Convert.FromHexString(parts[1]);
        return salt.Length == 16 && Convert.ToHexStringLower(HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(code))) == parts[0];
    }
}
