namespace Sidecar.Accounts;

/// <summary>Takes every address that can be meant exactly for an account, for apps that cannot be asked.</summary>
internal sealed class AnyAccount : IAccountLookup
{
    public string Trouble => "";

    public ValueTask<bool> ExistsAsync(EmailAddress address, CancellationToken cancellationToken) => new(address.IsAscii);
}
