namespace Sidecar.Demo.App;

/// <summary>
/// Where the app looks for the proof that an address was verified. Two sides: its Redis, as in production, and memory shared
/// with the sidecar in this process.
/// </summary>
internal interface IVerifiedFlags
{
    /// <param name="email">As the reset's body spells it; the app does not fold it.</param>
    ValueTask<bool> IsVerifiedAsync(string email);

    ValueTask ClearAsync(string email);
}
