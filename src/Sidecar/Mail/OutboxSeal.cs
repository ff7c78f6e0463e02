using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Sidecar.Mail;

/// <summary>
/// Entries as they lie outside this process: addresses and codes are in them, so they are sealed. Who seals is no affair of
/// mail's; what is sealed names the entry, so that one cannot be laid in the place of another.
/// </summary>
/// <param name="seal">Hides and authenticates.</param>
/// <param name="open">Null for what was not sealed by us, or under a key that is no more.</param>
internal sealed class OutboxSeal(Func<byte[], byte[]> seal, Func<byte[], byte[]?> open)
{
    /// <summary>Raised only where older releases must not read it: what comes behind the last field they leave alone.</summary>
    private const byte Layout = 1;

    public byte[] Seal(OutboxEntry entry)
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Layout);
            writer.Write(entry.Id);
            writer.Write(entry.Kind);
            writer.Write(entry.Supersedes);
            writer.Write(entry.Parent == default ? "" : $"{entry.Parent.TraceId}{entry.Parent.SpanId}");
            writer.Write((byte)entry.Parent.TraceFlags);
            writer.Write(entry.Payload.Length);
            writer.Write(entry.Payload.Span);
        }

        return seal(buffer.ToArray());
    }

    /// <param name="id">The name it lay under.</param>
    /// <param name="message">What lay there.</param>
    /// <param name="expires">When it ends, by this process's clock.</param>
    /// <param name="entry">The entry.</param>
    public bool TryOpen(string id, byte[] message, DateTimeOffset expires, [NotNullWhen(true)] out OutboxEntry? entry)
    {
        entry = null;
        if (open(message) is not { } plain)
        {
            return false;
        }

        try
        {
            using var reader = new BinaryReader(new MemoryStream(plain), Encoding.UTF8);
            if (reader.ReadByte() != Layout)
            {
                // A newer release's: its replicas can read it.
                return false;
            }

            var (name, kind, supersedes, parent, flags) = (reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadByte());
            var payload = reader.ReadBytes(reader.ReadInt32());
            entry = name == id ? new(kind, payload, expires, Parent(parent, flags)) { Id = id, Supersedes = supersedes } : null;
        }
        catch (Exception error) when (error is IOException or ArgumentException or FormatException)
        {
            // Sealed by us, but by a release that writes otherwise.
        }

        return entry is not null;
    }

    private static ActivityContext Parent(string ids, byte flags) => ids.Length == 0
        ? default
        : new(ActivityTraceId.CreateFromString(ids.AsSpan(0, 32)), ActivitySpanId.CreateFromString(ids.AsSpan(32)), (ActivityTraceFlags)flags, isRemote: true);
}
