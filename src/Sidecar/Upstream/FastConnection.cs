using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Sidecar.Http1;

namespace Sidecar.Upstream;

/// <summary>
/// One client's connection for as long as it asks plain requests. A request stays in the client's pipe until it is answered, so that
/// it can be sent again, or left to the server.
/// </summary>
internal sealed class FastConnection
{
    /// <summary>Before it counts what else a client asks for.</summary>
    private const int FreeLoans = 4;

    private readonly FastPath _path;
    private readonly ConnectionContext _client;
    private readonly PipeReader _input;
    private readonly FastRequest _request;
    private readonly FastExchange _exchange;
    private readonly FastWait _wait;
    private volatile LentHeartbeat? _heartbeat;
    private int _plains;
    private int _loans;

    public FastConnection(FastPath path, ConnectionContext client, FastPeer peer)
    {
        (_path, _client, _input) = (path, client, client.Transport.Input);
        _request = new(peer, path.Own, path.IsApps);
        _exchange = new(path, client, peer, _request);
        _wait = new(_input, path.Time, path.Limits);
    }

    /// <summary>Serves plain requests, one after the other, and lends the others to the server.</summary>
    /// <param name="server">Gets the connection for one request, or for good.</param>
    public async Task ServeAsync(ConnectionDelegate server)
    {
        var stopping = _client.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        _client.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static connection => ((FastConnection)connection).Look(), this);
        await using var gone = _client.ConnectionClosed.UnsafeRegister(static exchange => ((FastExchange)exchange!).Leave(), _exchange);
        await using var ended = stopping.UnsafeRegister(static wait => ((FastWait)wait!).Stop(), _wait);
        if (!await ServeOwnAsync(server))
        {
            NameProtocol();
        }
        else if (stopping.IsCancellationRequested || _path.IsEnding)
        {
            // It would end a connection that it gets now without reading; what was begun before is still answered.
            await LendAsync(server, long.MaxValue);
        }
        else
        {
            await server(_client);
        }
    }

    /// <summary>Whether what comes next is the server's for good.</summary>
    private async ValueTask<bool> ServeOwnAsync(ConnectionDelegate server)
    {
        try
        {
            return await ServeUntilLeftAsync(server);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ConnectionAbortedException)
        {
            // A client may leave as it likes.
            return false;
        }
    }

    private async ValueTask<bool> ServeUntilLeftAsync(ConnectionDelegate server)
    {
        for (var seen = 0L; _wait.Begin(isReading: seen > 0);)
        {
            var read = await _input.ReadAsync();
            var isOver = read.IsCanceled;
            if (_wait.End(isOver))
            {
                _input.AdvanceTo(read.Buffer.Start, read.Buffer.GetPosition(seen));
                read = await _input.ReadAsync();
            }

            var buffer = read.Buffer;
            if (buffer.IsEmpty && (read.IsCompleted || isOver))
            {
                _input.AdvanceTo(buffer.Start);
                return false;
            }

            using var outgoing = new HeadWriter();
            var verdict = read.IsCompleted || !_path.IsOpen ? FastVerdict.Left : Read(buffer, outgoing);
            if (verdict == FastVerdict.Incomplete && !isOver)
            {
                seen = buffer.Length;
                _input.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            if (verdict == FastVerdict.Incomplete)
            {
                _input.AdvanceTo(buffer.Start);
                FastAnswer.WriteTooLate(outgoing, _path.Time.GetUtcNow());
                await _client.Transport.Output.WriteAsync(outgoing.Written);
                return false;
            }

            var ending = verdict == FastVerdict.Plain ? await _exchange.RunAsync(outgoing) : FastEnding.Left;
            if (ending == FastEnding.Left)
            {
                // Never back behind what was looked at before, and not at all of it where more came: the server gets it at once.
                _input.AdvanceTo(buffer.Start, buffer.GetPosition(seen));
                if (verdict == FastVerdict.Left || (verdict == FastVerdict.Lent && !IsWorthALoan))
                {
                    return true;
                }

                ending = await LendAsync(server, _request.Length);
            }
            else
            {
                _input.AdvanceTo(buffer.GetPosition(_request.Length));
                _plains++;
            }

            seen = 0;
            if (ending == FastEnding.Closed)
            {
                return false;
            }
        }

        return false;
    }

    private void Look()
    {
        _wait.Look();
        _heartbeat?.Beat();
    }

    /// <summary>Whoever asks more of the server than of the app is the server's: a loan costs more than a connection of its own.</summary>
    private bool IsWorthALoan => _loans < FreeLoans || _loans < _plains;

    private async ValueTask<FastEnding> LendAsync(ConnectionDelegate server, long length)
    {
        _loans++;
        await using var loan = new LentConnection(_client, length);
        _heartbeat = loan.Heartbeat;
        await server(loan);
        _heartbeat = null;
        // Refused before it was told, it would be told to the next one.
        _client.Features.Set<FailedExchange>(null);
        return loan.IsReturned ? FastEnding.Kept : FastEnding.Closed;
    }

    /// <summary>As the server does for the metrics of connections that it gets.</summary>
    private void NameProtocol()
    {
        if (_client.Features.Get<IConnectionMetricsTagsFeature>()?.Tags is { } tags)
        {
            tags.Add(new("network.protocol.name", "http"));
            tags.Add(new("network.protocol.version", "1.1"));
        }
    }

    private FastVerdict Read(in ReadOnlySequence<byte> buffer, HeadWriter outgoing)
    {
        if (buffer.IsSingleSegment)
        {
            return _request.Read(buffer.FirstSpan, outgoing);
        }

        var length = (int)Math.Min(buffer.Length, 2 * FastRequest.MostBytes);
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        buffer.Slice(0, length).CopyTo(bytes);
        var verdict = _request.Read(bytes.AsSpan(0, length), outgoing);
        ArrayPool<byte>.Shared.Return(bytes);
        return verdict;
    }
}
