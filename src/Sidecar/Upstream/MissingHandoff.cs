namespace Sidecar.Upstream;

/// <summary>Stands where the app's Redis is not configured: recovery goes as far as it can, and says so at the hand-over.</summary>
internal sealed class MissingHandoff : IHandoff
{
    public ValueTask GrantAsync(HandoffProof proof, CancellationToken cancellationToken) =>
        ValueTask.FromException(new HandoffUnavailableException("neither redis nor handoff.redis is configured"));

    public ValueTask RevokeAsync(HandoffProof proof, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
