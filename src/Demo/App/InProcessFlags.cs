using Sidecar.Upstream;

namespace Sidecar.Demo.App;

/// <summary>Both ends of the handoff in one process: the sidecar grants, the app looks. A grant ends by itself, as the key in Redis does.</summary>
internal sealed class InProcessFlags(TimeProvider time) : IVerifiedFlags, IHandoff
{
    private const string Prefix = "otp:verified:";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>What both ends write to, for an app that looks for more than the flag.</summary>
    public InProcessStore Store { get; } = new(time);

    public async ValueTask GrantAsync(HandoffProof proof, CancellationToken cancellationToken)
    {
        if (proof.Obstacle is { } obstacle)
        {
            await Store.DeleteAsync(obstacle);
        }

        await Store.SetAsync(proof.Key, proof.Value, Lifetime);
    }

    public async ValueTask RevokeAsync(HandoffProof proof, CancellationToken cancellationToken)
    {
        if (await Store.GetAsync(proof.Key) == proof.Value)
        {
            await Store.DeleteAsync(proof.Key);
        }
    }

    public async ValueTask<bool> IsVerifiedAsync(string email) => await Store.GetAsync(Prefix + email) == "1";

    public ValueTask ClearAsync(string email) => Store.DeleteAsync(Prefix + email);
}
