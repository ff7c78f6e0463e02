using System.Net;
using System.Text;
using Sidecar.Http1;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>One client's connection, whose bytes are read as the fast path reads them.</summary>
internal sealed class FastReading
{
    private readonly FastRequest _request;

    /// <param name="strips">Whether nobody believes what the client says of others.</param>
    /// <param name="isHttps">Whether it speaks TLS.</param>
    /// <param name="peer">Its address.</param>
    public FastReading(bool strips = false, bool isHttps = false, string peer = "192.0.2.1")
    {
        var address = IPAddress.Parse(peer);
        _request = new(new(new(address, address, isHttps, strips, LooksProxied: false)), new("X-Asserted-User"), target => !GuardedPaths.Guard.TryMatch(target, out _));
    }

    public string Method => _request.Method;

    public long Length => _request.Length;

    public bool IsRepeatable => _request.IsRepeatable;

    /// <summary>What the app would be sent, one character a byte.</summary>
    public string Sent { get; private set; } = "";

    public FastVerdict Read(string bytes) => Read(Encoding.Latin1.GetBytes(bytes));

    public FastVerdict Read(ReadOnlySpan<byte> bytes)
    {
        using var outgoing = new HeadWriter();
        var verdict = _request.Read(bytes, outgoing);
        Sent = verdict == FastVerdict.Plain ? Encoding.Latin1.GetString(outgoing.Written.Span) : "";
        return verdict;
    }
}
