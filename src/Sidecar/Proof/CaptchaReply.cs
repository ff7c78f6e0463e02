using Sidecar.Otp;

namespace Sidecar.Proof;

/// <summary>What somebody says to a picture.</summary>
/// <param name="Answer">What was read in it.</param>
/// <param name="Id">Which picture it was; null where the contract does not name them, and the ticket's is meant.</param>
internal readonly record struct CaptchaReply(string Answer, string? Id = null)
{
    /// <summary>A picture of another ticket is none, whatever was read in it.</summary>
    public bool IsTo(TicketCaptcha captcha) => Id is null || Id == captcha.Id;
}
