using System.Threading.Channels;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>A relay whose answers the test decides, one attempt at a time.</summary>
internal sealed class FakeRelay
{
    public static readonly SmtpOptions Smtp = new() { Server = "relay.test", Port = 465, FromName = "Acme", FromAddress = "noreply@acme.io" };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<Attempt> _attempts = Channel.CreateUnbounded<Attempt>();

    public int Attempts => _attempts.Reader.Count;

    public static RelayFailure Failure(RelayTrouble trouble) => RelayFailure.Of(trouble, Smtp, new MailOptions());

    public async Task<RelayFailure?> SendAsync(Message message, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(message);
        _attempts.Writer.TryWrite(attempt);
        return await attempt.Answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The next attempt, which stands until it is answered.</summary>
    public async Task<Attempt> NextAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        return await _attempts.Reader.ReadAsync(timeout.Token);
    }

    internal sealed class Attempt(Message message)
    {
        public Message Message { get; } = message;

        public TaskCompletionSource<RelayFailure?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Take() => Answer.SetResult(null);

        public void Fail(RelayTrouble trouble) => Answer.SetResult(Failure(trouble));
    }
}
