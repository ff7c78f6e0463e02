using Microsoft.AspNetCore.Http;
using Sidecar.Assertions;
using Sidecar.Otp;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>Sends along, with a request to the app, who has proven to control which address.</summary>
/// <param name="signer">Signs; null where no key is configured, when nothing that needs one is served.</param>
/// <param name="own">The header's name.</param>
internal sealed class AssertedRequests(AssertionSigner? signer, OwnHeaders own)
{
    public bool AreOn => signer is not null;

    /// <param name="context">A request that is about to be forwarded.</param>
    /// <param name="address">The proven address, with ASCII in lower case.</param>
    /// <param name="purpose">What it was proven for.</param>
    public void Add(HttpContext context, string address, Purpose purpose)
    {
        if (signer is null)
        {
            throw new InvalidOperationException("There is no key to sign with.");
        }

        context.Features.Set(new OutgoingAssertion(own.Assertion, signer.Sign(address, purpose.Word())));
    }
}
