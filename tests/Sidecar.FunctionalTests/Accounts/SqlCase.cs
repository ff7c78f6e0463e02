namespace Sidecar.FunctionalTests.Accounts;

/// <summary>What becomes of somebody who asks for a code.</summary>
internal enum Fate
{
    /// <summary>Is mailed, and has a new password in the end.</summary>
    Resets,

    /// <summary>Is mailed and proves it, but to the app this spelling is nobody's.</summary>
    Proves,

    /// <summary>Is mailed how to sign in.</summary>
    IsTold,

    /// <summary>Has no account, and is mailed nothing.</summary>
    IsNobody,

    /// <summary>Typed what is no address.</summary>
    IsRefused,
}

/// <summary>One kind of user and what is typed for them. Each contract has its own: <c>{0}</c> is its name.</summary>
/// <param name="Typed">The address as it is typed.</param>
/// <param name="Fate">What is to become of it.</param>
/// <param name="Stored">The rows; the first is whose mail it is.</param>
internal sealed record SqlCase(string Typed, Fate Fate, params StoredUser[] Stored)
{
    public static IReadOnlyList<SqlCase> All { get; } =
    [
        new("{0}.mixed.CASE@EXAMPLE.com", Fate.Resets, new StoredUser("{0}.Mixed.Case@Example.com")),
        new("{0}.Upper@Example.COM", Fate.Resets, new StoredUser("{0}.upper@example.com")),
        new("{0}.spaced@example.com ", Fate.Resets, new StoredUser("{0}.spaced@example.com")),
        new("{0}.PLUS+tag@example.com", Fate.Resets, new StoredUser("{0}.plus+Tag@example.com")),
        new("{0}.untagged@example.com", Fate.IsNobody, new StoredUser("{0}.untagged+tag@example.com")),
        new("{0}.tagged+tag@example.com", Fate.IsNobody, new StoredUser("{0}.tagged@example.com")),
        new("{0}.null@example.com", Fate.Resets, new StoredUser("{0}.null@example.com", Channel: null)),
        new("{0}.label@XN--mller-kva.example", Fate.Resets, new StoredUser("{0}.label@xn--mller-kva.example")),
        new("{0}.Letter@müller.example", Fate.Resets, new StoredUser("{0}.letter@müller.example")),
        new("{0}.tolabel@müller.example", Fate.Proves, new StoredUser("{0}.tolabel@xn--mller-kva.example")),
        new("{0}.toletter@xn--mller-kva.example", Fate.Proves, new StoredUser("{0}.toletter@müller.example")),
        new("{0}.octo@example.com", Fate.IsTold, new StoredUser("{0}.Octo@example.com", Channel: "github")),
        new("{0}.disabled@example.com", Fate.IsNobody, new StoredUser("{0}.disabled@example.com", Active: "0")),
        new("{0}.deleted@example.com", Fate.IsNobody, new StoredUser("{0}.deleted@example.com", Status: "0")),
        new("{0}.twin@example.com", Fate.IsNobody, new StoredUser("{0}.Twin@example.com"), new StoredUser("{0}.twin@example.com")),
        new("{0}.half@example.com", Fate.IsNobody, new StoredUser("{0}.Half@example.com"), new StoredUser("{0}.half@example.com", Status: "0")),
        new("{0}.ｗide@example.com", Fate.IsNobody, new StoredUser("{0}.wide@example.com")),
        new("{0}.widedomain@ｅxample.com", Fate.IsNobody, new StoredUser("{0}.widedomain@example.com")),
        new("{0}.accent@éxample.com", Fate.IsNobody, new StoredUser("{0}.accent@example.com")),
        new("{0}.padded@example.com", Fate.IsNobody, new StoredUser("{0}.padded@example.com ")),
        new("{0}.zero\u200b@example.com", Fate.IsRefused, new StoredUser("{0}.zero@example.com")),
        new("{0}.hidden@example.com", Fate.IsNobody, new StoredUser("{0}.hid\u200bden@example.com")),
        new("{0}.stranger@example.com", Fate.IsNobody),
    ];

    /// <summary>Whose mail it is, as a relay is told; empty where nobody's.</summary>
    public string Mailbox => Fate is Fate.Resets or Fate.Proves or Fate.IsTold ? Stored[0].Email.Replace("müller", "xn--mller-kva", StringComparison.Ordinal) : "";

    /// <summary>How many mails they are sent: a code, and the news that it was used.</summary>
    public int Mails => Fate switch { Fate.Resets => 2, Fate.Proves or Fate.IsTold => 1, _ => 0 };

    /// <summary>This one for a contract's users.</summary>
    public SqlCase For(string contract) => new(
        Typed.Replace("{0}", contract, StringComparison.Ordinal),
        Fate,
        [.. Stored.Select(row => row with { Email = row.Email.Replace("{0}", contract, StringComparison.Ordinal) })]);
}
