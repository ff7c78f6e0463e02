using System.Globalization;
using MimeKit;

namespace Sidecar.Demo.Mail;

/// <summary>What the sink has taken, newest first, bounded so that a long demo does not grow.</summary>
internal sealed class Inbox(TimeProvider time)
{
    private const int Capacity = 1000;

    private readonly Lock _lock = new();
    private readonly LinkedList<InboxMessage> _messages = [];
    private long _lastId;

    public IReadOnlyList<InboxMessage> Messages
    {
        get
        {
            lock (_lock)
            {
                return [.. _messages];
            }
        }
    }

    /// <returns>The mail's id.</returns>
    public string Add(IReadOnlyCollection<string> recipients, MimeMessage message)
    {
        var headers = message.Headers
            .GroupBy(static header => header.Field, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static group => group.Key, static group => string.Join('\n', group.Select(static header => header.Value)));
        lock (_lock)
        {
            var id = (++_lastId).ToString(CultureInfo.InvariantCulture);
            _messages.AddFirst(new InboxMessage(
                id, string.Join(", ", recipients), message.Subject ?? "", message.TextBody ?? "", message.HtmlBody ?? "", headers, time.GetUtcNow()));
            if (_messages.Count > Capacity)
            {
                _messages.RemoveLast();
            }

            return id;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _messages.Clear();
        }
    }
}
