namespace Sidecar.FunctionalTests.Replay;

/// <summary>Everything a recording happens in: a sidecar, the app behind it, the mailbox, the store and the time.</summary>
internal interface IReplayWorld
{
    Uri BaseUrl { get; }

    /// <summary>Where <c>POST /dev/advance?seconds=N</c> is answered.</summary>
    Uri ManagementUrl { get; }

    IMailbox Mailbox { get; }

    /// <summary>What <c>captcha.fixed_answer</c> is set to.</summary>
    string CaptchaAnswer { get; }

    /// <summary>The app's key that passwords are encrypted under.</summary>
    string PublicKeyPem { get; }

    /// <summary>False with the memory store: then nothing of it can be stopped.</summary>
    bool HasRedis { get; }

    /// <summary>An empty store, an empty mailbox, seeded users, and everything running.</summary>
    Task ResetAsync(CancellationToken cancellationToken);

    /// <summary>An empty store and nothing else.</summary>
    Task EmptyStoreAsync(CancellationToken cancellationToken);

    /// <summary>The app forgets the user's session; the sidecar has no part in it.</summary>
    Task LogOutAsync(string address, CancellationToken cancellationToken);

    /// <summary>From now on the relay's port refuses.</summary>
    Task StopMailAsync(CancellationToken cancellationToken);

    Task StartMailAsync(CancellationToken cancellationToken);

    Task StopRedisAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the sidecar has found Redis again; three seconds are allowed.</summary>
    Task StartRedisAsync(CancellationToken cancellationToken);
}

/// <summary>What the relay has accepted.</summary>
internal interface IMailbox
{
    /// <summary>All mails since the last reset, oldest first.</summary>
    Task<IReadOnlyList<ReceivedMail>> ReadAsync(CancellationToken cancellationToken);
}

/// <param name="Recipient">As in the envelope.</param>
/// <param name="Code">The only run of eight capitals in the text part; null when there is none.</param>
internal sealed record ReceivedMail(string Recipient, string? Code);
