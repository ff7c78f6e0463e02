using Sidecar.Contracts;
using Sidecar.Proof;
using Sidecar.Upstream;
using Sidecar.Verification;

namespace Sidecar.Pages;

/// <summary>What the pages are for at one path: which flow they drive and where it ends. Another purpose is another of these.</summary>
/// <param name="Name">Names state, telemetry and words: a text <c>NAME_key</c> goes before <c>key</c>.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Proof">What the flow's settings say, for the words and the countdowns.</param>
/// <param name="CodeLength">Letters of a code.</param>
/// <param name="CaptchaLength">Characters of a picture.</param>
/// <param name="Steps">The steps that are shown as progress, in order.</param>
/// <param name="Cookie">Where its state is; of its own, so that one journey does not end the other.</param>
/// <param name="NextUrl">Where somebody goes who came to the end.</param>
internal sealed record PageJourney(string Name, string Path, ProofOptions Proof, int CodeLength, int CaptchaLength, IReadOnlyList<PageStep> Steps, string Cookie, string NextUrl)
{
    /// <summary>Whose addresses it is for: who cannot sign up in the end is told at the beginning.</summary>
    public DomainRules Domains { get; init; } = DomainRules.None;

    /// <summary>The recovery of a password.</summary>
    public static PageJourney ForRecovery(string path, ProofOptions proof, int codeLength, int captchaLength, string nextUrl) =>
        new("recovery", path, proof, codeLength, captchaLength, [PageStep.Address, PageStep.Picture, PageStep.Code, PageStep.Password], OwnCookies.Page, nextUrl);

    /// <summary>The verification of an address that is to get an account; the ticket then carries the proof to the app's sign-up.</summary>
    public static PageJourney ForVerification(string path, ProofOptions proof, int codeLength, int captchaLength, string nextUrl) =>
        new("verification", path, proof, codeLength, captchaLength, [PageStep.Address, PageStep.Picture, PageStep.Code], OwnCookies.VerificationPage, nextUrl);
}

/// <summary>What a journey's pages drive.</summary>
/// <param name="Flow">The steps of the proof.</param>
/// <param name="Reset">Where a new password goes; null where none is set.</param>
internal sealed record PageService(ProofFlow Flow, ResetHandover? Reset);
