using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sidecar.Demo.Mail;

/// <summary>Takes every mail and delivers none: the relay of the demo, whose mails end in the <see cref="Inbox"/>.</summary>
internal sealed class SmtpSink : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _sessions = [];
    private readonly TcpListener _listener;
    private readonly Inbox _inbox;
    private readonly Task _accepting;

    private SmtpSink(TcpListener listener, Inbox inbox)
    {
        (_listener, _inbox) = (listener, inbox);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <param name="port">0 takes any free one.</param>
    /// <param name="inbox">Where the mails go.</param>
    public static SmtpSink Start(int port, Inbox inbox)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return new SmtpSink(listener, inbox);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_sessions.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var session = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
                _sessions.TryAdd(session, true);
                _ = session.ContinueWith(done => _sessions.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or SocketException)
        {
            // The listener was closed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        // Without it the accepting loop would run the dialogue up to its first wait.
        await Task.Yield();
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await new SmtpSession(client.GetStream(), _inbox).RunAsync(_stop.Token);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The client went away, or the demo ends: either way there is nobody to tell.
            }
        }
    }
}
