using System.Buffers.Binary;
using System.Text;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>
/// A protobuf message as its fields by number: enough to read what a collector is sent, without generated types for all of
/// OpenTelemetry.
/// </summary>
internal sealed class WireMessage
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> fields = [];

    public WireMessage(ReadOnlyMemory<byte> data)
    {
        for (var at = 0; at < data.Length;)
        {
            var tag = Varint(data.Span, ref at);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add((field, Varint(data.Span, ref at), default));
                    break;
                case 1:
                    fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(data.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(data.Span, ref at);
                    fields.Add((field, 0, data.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(data.Span[at..]), default));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} at {at}.");
            }
        }
    }

    public ulong Number(int field) => fields.LastOrDefault(entry => entry.Field == field).Number;

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field).Span);

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field).Span);

    public IEnumerable<WireMessage> Messages(int field) => fields.Where(entry => entry.Field == field).Select(static entry => new WireMessage(entry.Bytes));

    private ReadOnlyMemory<byte> Bytes(int field) => fields.LastOrDefault(entry => entry.Field == field).Bytes;

    private static ulong Varint(ReadOnlySpan<byte> data, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = data[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
