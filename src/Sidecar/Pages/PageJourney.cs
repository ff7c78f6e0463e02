using Sidecar.Proof;

namespace Sidecar.Pages;

/// <summary>What the pages are for at one path: which flow they drive and where it ends. Another purpose is another of these.</summary>
/// <param name="Name">Names state, telemetry and words: a text <c>NAME_key</c> goes before <c>key</c>.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Proof">What the flow's settings say, for the words and the countdowns.</param>
/// <param name="CodeLength">Letters of a code.</param>
/// <param name="CaptchaLength">Characters of a picture.</param>
/// <param name="Steps">The steps that are shown as progress, in order.</param>
internal sealed record PageJourney(string Name, string Path, ProofOptions Proof, int CodeLength, int CaptchaLength, IReadOnlyList<PageStep> Steps)
{
    public const string Recovery = "recovery";

    /// <summary>The recovery of a password.</summary>
    public static PageJourney ForRecovery(string path, ProofOptions proof, int codeLength, int captchaLength) =>
        new(Recovery, path, proof, codeLength, captchaLength, [PageStep.Address, PageStep.Picture, PageStep.Code, PageStep.Password]);
}
