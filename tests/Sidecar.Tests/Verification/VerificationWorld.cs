using Sidecar.Mail;
using Sidecar.Proof;
using Sidecar.Tests.Recovery;
using Sidecar.Verification;

namespace Sidecar.Tests.Verification;

/// <summary>Verification beside recovery, over one memory store, with everything around them in hand.</summary>
internal sealed class VerificationWorld : IDisposable
{
    public const string Alice = RecoveryWorld.Alice;

    /// <summary>Somebody without an account.</summary>
    public const string Nora = "nora@example.com";

    public VerificationWorld(params (string Key, string Value)[] settings)
    {
        var options = VerificationOptions.Read(TestSettings.Of([("verification.enabled", "true"), .. settings]), Recovery.Options.Proof, Recovery.Options.CodeLength);
        Mail = new(new SmtpOptions { Server = "relay" }, Recovery.Accounts, Recovery.Clock);
        Flow = Recovery.FlowOf(options.Proof(Recovery.Options.Proof), Mail);
    }

    /// <summary>The other flow, and what both share.</summary>
    public RecoveryWorld Recovery { get; } = new();

    public VerificationMail Mail { get; }

    public ProofFlow Flow { get; }

    public ValueTask<ProofOutcome> CaptchaAsync(string address = Nora, string? ticket = null) => Flow.CaptchaAsync(address, ticket, default);

    public ValueTask<ProofOutcome> SendAsync(string? ticket, string address = Nora, string answer = RecoveryWorld.Answer, string network = "192.0.2.1") =>
        Flow.SendCodeAsync(address, answer, ticket, network, default);

    public ValueTask<ProofOutcome> VerifyAsync(string? ticket, string code, string address = Nora) => Flow.VerifyAsync(address, code, ticket, default);

    public ValueTask<ProofOutcome> ReserveAsync(string? ticket, string address = Nora) => Flow.ReserveAsync(address, ticket, TimeSpan.FromSeconds(30), default);

    /// <summary>A ticket whose code is on its way.</summary>
    public async Task<string> SentAsync(string address = Nora)
    {
        var outcome = await SendAsync((await CaptchaAsync(address)).Ticket, address);
        Assert.IsType<ProofOutcome.CodeSent>(outcome);
        return outcome.Ticket!;
    }

    /// <summary>A ticket of a verified address.</summary>
    public async Task<string> VerifiedAsync(string address = Nora)
    {
        var outcome = await VerifyAsync(await SentAsync(address), Recovery.Outbox.LastCode, address);
        Assert.IsType<ProofOutcome.Verified>(outcome);
        return outcome.Ticket!;
    }

    public void Dispose() => Recovery.Dispose();
}
