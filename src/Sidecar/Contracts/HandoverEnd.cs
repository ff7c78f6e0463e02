namespace Sidecar.Contracts;

/// <summary>How it ended that something was handed to the app, for whoever words it otherwise than the app.</summary>
internal enum HandoverEnd
{
    Accepted,
    Refused,

    /// <summary>The app has no such path: another release.</summary>
    Absent,

    /// <summary>Nothing of it got to the app.</summary>
    Unreached,

    /// <summary>The app may have taken it.</summary>
    Unknown,
    Unproven,
    Busy,
    Unavailable,
}
