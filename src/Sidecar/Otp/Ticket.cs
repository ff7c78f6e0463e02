using System.Security.Cryptography;

namespace Sidecar.Otp;

/// <summary>
/// What the client carries from step to step: which flow is his, and the captcha he was shown. Being sealed in here, a
/// captcha costs the store nothing until it is answered.
/// </summary>
/// <param name="Purpose">What the flow proves the address for.</param>
/// <param name="AddressName">The address the flow is about.</param>
/// <param name="FlowId">128 random bits as 32 hex digits.</param>
/// <param name="Stage">How far the flow has come.</param>
/// <param name="Captcha">The captcha last shown; null once there is nothing to answer.</param>
/// <param name="Issued">When this ticket was made.</param>
internal sealed record Ticket(
    Purpose Purpose,
    AddressName AddressName,
    string FlowId,
    TicketStage Stage,
    TicketCaptcha? Captcha,
    DateTimeOffset Issued)
{
    private const int IdBytes = 16;

    /// <summary>The proven address with ASCII in lower case; null before it is proven.</summary>
    public string? Address { get; init; }

    public FlowKey Flow => new(Purpose, AddressName, FlowId);

    /// <summary>A ticket of a new flow.</summary>
    public static Ticket New(Purpose purpose, AddressName address, DateTimeOffset now, TicketCaptcha? captcha = null) =>
        new(purpose, address, NewId(), TicketStage.Open, captcha, now);

    /// <summary>128 random bits for a flow or a captcha.</summary>
    public static string NewId() => RandomNumberGenerator.GetHexString(IdBytes * 2, lowercase: true);

    /// <summary>The same flow with another captcha to answer.</summary>
    public Ticket WithCaptcha(TicketCaptcha captcha, DateTimeOffset now) => this with { Captcha = captcha, Issued = now };

    /// <summary>The ticket of the verified flow: a new identifier, so that whoever knew the old one has nothing.</summary>
    public Ticket Rotated(DateTimeOffset now, string address) => new(Purpose, AddressName, NewId(), TicketStage.Verified, null, now) { Address = address };

    /// <summary>Keeps address and answer out of whatever prints records.</summary>
    public override string ToString() => $"{Purpose} ticket, {Stage}";
}

internal enum TicketStage
{
    /// <summary>From the captcha to the right code.</summary>
    Open = 1,

    /// <summary>The address is proven.</summary>
    Verified = 2,
}

/// <summary>A captcha that waits for its answer.</summary>
/// <param name="Id">128 random bits as 32 hex digits.</param>
/// <param name="Answer">What the picture shows.</param>
/// <param name="Ends">When it can no longer be answered.</param>
internal sealed record TicketCaptcha(string Id, string Answer, DateTimeOffset Ends)
{
    /// <summary>Keeps the answer out of whatever prints records.</summary>
    public override string ToString() => $"captcha until {Ends:O}";
}
