namespace Sidecar.Upstream;

/// <summary>
/// How the app learns that an address is proven. Two sides: the app's own Redis (<see cref="RedisHandoff"/>), and the
/// in-process one of the demo.
/// </summary>
internal interface IHandoff
{
    /// <summary>Puts the proof where the app looks for it.</summary>
    /// <exception cref="HandoffUnavailableException">The app's store did not take it; nothing was forwarded.</exception>
    ValueTask GrantAsync(HandoffProof proof, CancellationToken cancellationToken);

    /// <summary>Takes the proof back if the app has not used it.</summary>
    ValueTask RevokeAsync(HandoffProof proof, CancellationToken cancellationToken);
}

/// <summary>The app's store did not take the proof.</summary>
internal sealed class HandoffUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
