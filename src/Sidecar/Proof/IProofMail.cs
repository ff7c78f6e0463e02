using Sidecar.Accounts;
using Sidecar.Mail;

namespace Sidecar.Proof;

/// <summary>What a flow mails, and to whom; the steps know nothing else of what an address is proven for. Implemented by each flow.</summary>
internal interface IProofMail
{
    /// <summary>Whether there is a relay to send through.</summary>
    bool IsConfigured { get; }

    /// <summary>The entry for a code; who has the address decides when the queue takes it.</summary>
    OutboxEntry Code(EmailAddress address, string code, TimeSpan lifetime, Asker asker);

    /// <summary>What an address for which there is no code is told where answers follow the app; null where there is one.</summary>
    /// <exception cref="AccountsUnavailableException">Nobody could say.</exception>
    ValueTask<ProofOutcome?> RefusalAsync(EmailAddress address, CancellationToken cancellationToken);
}
