using Sidecar.Accounts;

namespace Sidecar.Tests.Accounts;

/// <summary>Accounts by their exact spelling.</summary>
internal sealed class FakeAccounts(params string[] known) : IAccountLookup
{
    public List<string> Asked { get; } = [];

    public bool IsDown { get; set; }

    public string Trouble => IsDown ? "down" : "";

    public ValueTask<bool> ExistsAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        Asked.Add(address.Typed);
        return IsDown ? throw new AccountsUnavailableException("down") : new(known.Contains(address.Typed));
    }
}
