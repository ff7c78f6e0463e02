using Microsoft.AspNetCore.Http;

namespace Sidecar.Contracts;

/// <summary>A kind of problem (RFC 9457) of the generic contract. Each has a heading in docs/problems.md, and its URI stands.</summary>
/// <param name="Name">The last part of its <c>type</c>.</param>
/// <param name="Status">Its HTTP status.</param>
/// <param name="Title">What it is, the same every time.</param>
/// <param name="Detail">What whoever meets it can do.</param>
internal sealed record ProblemType(string Name, int Status, string Title, string Detail)
{
    /// <summary>What every <c>type</c> begins with.</summary>
    public const string Prefix = "urn:sidecar:problem:";

    public static readonly ProblemType NotFound = new("not-found", StatusCodes.Status404NotFound, "There is nothing here", "The path can be read in several ways, and is not served in any.");
    public static readonly ProblemType MethodNotAllowed = new("method-not-allowed", StatusCodes.Status405MethodNotAllowed, "The method is not served here", "Every step is a POST.");
    public static readonly ProblemType ForbiddenOrigin = new("forbidden-origin", StatusCodes.Status403Forbidden, "Pages of this origin may not do that", "Send the request from a page of the app, or list the origin in recovery.allowed_origins.");
    public static readonly ProblemType Unavailable = new("unavailable", StatusCodes.Status503ServiceUnavailable, "The service is temporarily unavailable", "Try again later.");
    public static readonly ProblemType MailUnavailable = new("mail-unavailable", StatusCodes.Status503ServiceUnavailable, "Mail cannot be sent", "Try again later.");
    public static readonly ProblemType BodyTooLarge = new("body-too-large", StatusCodes.Status413PayloadTooLarge, "The body is too large", "Send at most 65536 bytes.");
    public static readonly ProblemType UnsupportedMediaType = new("unsupported-media-type", StatusCodes.Status415UnsupportedMediaType, "The body is of the wrong type", "Send application/json in UTF-8, without a content encoding.");
    public static readonly ProblemType MalformedBody = new("malformed-body", StatusCodes.Status400BadRequest, "The body cannot be read", "Send one JSON object.");
    public static readonly ProblemType FieldRepeated = new("field-repeated", StatusCodes.Status400BadRequest, "A field is given twice", "Give each field once, whatever the case of its letters.");
    public static readonly ProblemType FieldMissing = new("field-missing", StatusCodes.Status422UnprocessableEntity, "A field is missing", "Give the fields that `fields` names, each as a text.");
    public static readonly ProblemType InvalidAddress = new("invalid-address", StatusCodes.Status422UnprocessableEntity, "This is no e-mail address", "Correct the address.");
    public static readonly ProblemType UnknownAddress = new("unknown-address", StatusCodes.Status422UnprocessableEntity, "Nobody has this address here", "Correct the address.");
    public static readonly ProblemType AddressTaken = new("address-taken", StatusCodes.Status422UnprocessableEntity, "Somebody has this address already", "Log in, or recover the password.");
    public static readonly ProblemType DomainRefused = new("domain-refused", StatusCodes.Status422UnprocessableEntity, "Addresses of this domain may not sign up", "Use an address of another domain.");
    public static readonly ProblemType CaptchaEnded = new("captcha-ended", StatusCodes.Status422UnprocessableEntity, "There is no captcha to answer", "Ask for a new picture, and send its ticket along.");
    public static readonly ProblemType WrongCaptcha = new("wrong-captcha", StatusCodes.Status422UnprocessableEntity, "The captcha's answer is wrong", "Ask for a new picture.");
    public static readonly ProblemType CodeEnded = new("code-ended", StatusCodes.Status422UnprocessableEntity, "There is no code to enter", "Ask for a new code, and send its ticket along.");
    public static readonly ProblemType WrongCode = new("wrong-code", StatusCodes.Status422UnprocessableEntity, "The code is wrong", "Enter the newest code that was mailed.");
    public static readonly ProblemType Unproven = new("unproven", StatusCodes.Status403Forbidden, "The address is not proven", "Verify a code for exactly this address first, and send its ticket along.");
    public static readonly ProblemType CoolingDown = new("cooling-down", StatusCodes.Status429TooManyRequests, "A mail went out a moment ago", "Wait as long as `wait_seconds` says.");
    public static readonly ProblemType OverLimit = new("over-limit", StatusCodes.Status429TooManyRequests, "A limit is reached", "Wait as long as `wait_seconds` says.");
    public static readonly ProblemType TooManyFlows = new("too-many-flows", StatusCodes.Status429TooManyRequests, "Too many codes are under way", "Enter a code that was mailed, or wait as long as `wait_seconds` says.");
    public static readonly ProblemType Busy = new("busy", StatusCodes.Status429TooManyRequests, "The app is at work for this address", "Wait as long as `wait_seconds` says.");
    public static readonly ProblemType Locked = new("locked", StatusCodes.Status429TooManyRequests, "Too many wrong codes", "Start again later with a new picture.");
    public static readonly ProblemType AppUnreachable = new("app-unreachable", StatusCodes.Status502BadGateway, "The app cannot be reached", "Try again later.");
    public static readonly ProblemType AppTimeout = new("app-timeout", StatusCodes.Status504GatewayTimeout, "The app did not answer in time", "See whether it was done, and start again if it was not.");

    /// <summary>All kinds, for the documents that list them.</summary>
    public static IReadOnlyList<ProblemType> All { get; } =
    [
        NotFound, MethodNotAllowed, ForbiddenOrigin, Unavailable, MailUnavailable, BodyTooLarge, UnsupportedMediaType, MalformedBody, FieldRepeated, FieldMissing,
        InvalidAddress, UnknownAddress, AddressTaken, DomainRefused, CaptchaEnded, WrongCaptcha, CodeEnded, WrongCode, Unproven,
        CoolingDown, OverLimit, TooManyFlows, Busy, Locked, AppUnreachable, AppTimeout,
    ];

    public string Uri => Prefix + Name;
}
