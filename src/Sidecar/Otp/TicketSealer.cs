using System.Buffers.Text;
using System.Text;

namespace Sidecar.Otp;

/// <summary>Tickets as text that a cookie or header carries, and back; the only place that knows their bytes.</summary>
internal sealed class TicketSealer(Sealer sealer)
{
    private const int MaxLength = 2048;
    private const byte Plain = 1;

    // A layout of its own, so that open tickets stay what earlier replicas read.
    private const byte WithAddress = 2;

    public string Seal(Ticket ticket)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write(ticket.Address is null ? Plain : WithAddress);
            writer.Write((byte)ticket.Purpose);
            writer.Write((byte)ticket.Stage);
            WriteHex(writer, ticket.AddressName.Value);
            WriteHex(writer, ticket.FlowId);
            writer.Write(ticket.Issued.ToUnixTimeMilliseconds());
            writer.Write(ticket.Captcha is not null);
            if (ticket.Captcha is { } captcha)
            {
                WriteHex(writer, captcha.Id);
                writer.Write(captcha.Answer);
                writer.Write(captcha.Ends.ToUnixTimeMilliseconds());
            }

            if (ticket.Address is { } address)
            {
                writer.Write(address);
            }
        }

        return Base64Url.EncodeToString(sealer.Seal(Label(ticket.Purpose), stream.ToArray()));
    }

    /// <summary>Null for whatever is not a ticket of ours for this purpose: to the caller there is none.</summary>
    public Ticket? Open(string? text, Purpose purpose)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return null;
        }

        var message = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!TryDecode(text, message, out var length)
            || !sealer.TryOpen(Label(purpose), message.AsSpan(0, length), out var plain))
        {
            return null;
        }

        try
        {
            using var reader = new BinaryReader(new MemoryStream(plain), Encoding.UTF8);
            var ticket = reader.ReadByte() switch
            {
                Plain => Read(reader),
                WithAddress => Read(reader) with { Address = reader.ReadString() },
                _ => null,
            };
            return ticket?.Purpose == purpose ? ticket : null;
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException)
        {
            // Sealed by us, but by a release whose tickets read otherwise.
            return null;
        }
    }

    private static Ticket Read(BinaryReader reader)
    {
        var purpose = (Purpose)reader.ReadByte();
        var stage = (TicketStage)reader.ReadByte();
        var address = new AddressName(ReadHex(reader));
        var flow = ReadHex(reader);
        var issued = ReadInstant(reader);
        var captcha = reader.ReadBoolean() ? new TicketCaptcha(ReadHex(reader), reader.ReadString(), ReadInstant(reader)) : null;
        return new Ticket(purpose, address, flow, stage, captcha, issued);
    }

    /// <summary>Takes one spelling of each message only: the decoder alone would also take spaces and stray bits.</summary>
    private static bool TryDecode(string text, byte[] message, out int length)
    {
        length = 0;
        return Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, message, out length)
            && Base64Url.EncodeToString(message.AsSpan(0, length)) == text;
    }

    private static string Label(Purpose purpose) => $"ticket/{(int)purpose}";

    private static void WriteHex(BinaryWriter writer, string hex)
    {
        var bytes = Convert.FromHexString(hex);
        writer.Write((byte)bytes.Length);
        writer.Write(bytes);
    }

    private static string ReadHex(BinaryReader reader) => Convert.ToHexStringLower(reader.ReadBytes(reader.ReadByte()));

    private static DateTimeOffset ReadInstant(BinaryReader reader) => DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64());
}
