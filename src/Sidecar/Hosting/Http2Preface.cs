using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Sidecar.Hosting;

/// <summary>
/// Ends connections whose client is to speak HTTP/2 and does not begin to: the server waits for its first bytes without end. Here
/// they get the time that a head of HTTP/1.1 has.
/// </summary>
/// <param name="patience">For all of the preface.</param>
/// <param name="time">The clock.</param>
internal sealed class Http2Preface(TimeSpan patience, TimeProvider time)
{
    /// <summary>How long it is (RFC 9113, 3.4).</summary>
    private const int Bytes = 24;

    public async Task AwaitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // Under TLS the client has said by now which version it speaks.
        if (connection.Features.Get<ITlsHandshakeFeature>() is not null && connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) != true)
        {
            await next(connection);
            return;
        }

        // Who says nothing while the server ends has nothing to lose.
        var ending = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        if (await ArrivesAsync(connection.Transport.Input, ending))
        {
            await next(connection);
        }
        else
        {
            connection.Abort(new ConnectionAbortedException("The client did not begin in time."));
        }
    }

    /// <summary>Whether it came, or at least an end, which is the server's to see to. All bytes are left where they are.</summary>
    private async ValueTask<bool> ArrivesAsync(PipeReader input, CancellationToken ending)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ending);
        for (var seen = 0L; ;)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                return false;
            }

            if (read.Buffer.Length >= Bytes || read.IsCompleted || read.IsCanceled)
            {
                // Never back behind what was looked at before, and not at all of it where more came: the next one to read gets it at once.
                input.AdvanceTo(read.Buffer.Start, read.Buffer.GetPosition(seen));
                return true;
            }

            seen = read.Buffer.Length;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
