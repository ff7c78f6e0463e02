using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>A borrower sees one request and then an end, and whoever lent has all that follows.</summary>
public sealed class LentInputTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Pipe _pipe = new(new(useSynchronizationContext: false));

    [Fact]
    public async Task Read_MoreBehindTheRequest_ShowsNoByteOfIt()
    {
        await ReceiveAsync("requestnext");
        var lent = new LentInput(_pipe.Reader, 7);

        var read = await ReadAsync(lent);

        Assert.Equal(("request", false, false), (TextOf(read), read.IsCompleted, read.IsCanceled));
        lent.AdvanceTo(read.Buffer.GetPosition(3), read.Buffer.End);
        read = await ReadAsync(lent);
        Assert.Equal("uest", TextOf(read));
        lent.AdvanceTo(read.Buffer.End);
        Assert.False(lent.IsReturned);
    }

    [Fact]
    public async Task Read_BehindTheRequest_IsAnEndAndTheRestIsTheOwners()
    {
        await ReceiveAsync("requestnext");
        var lent = new LentInput(_pipe.Reader, 7);
        var read = await ReadAsync(lent);
        lent.AdvanceTo(read.Buffer.End);

        Assert.True(lent.TryRead(out var end));
        Assert.Equal((0L, true, false, true), (end.Buffer.Length, end.IsCompleted, end.IsCanceled, lent.IsReturned));
        lent.AdvanceTo(end.Buffer.Start, end.Buffer.End);
        end = await ReadAsync(lent);
        Assert.True(end.IsCompleted);
        lent.AdvanceTo(end.Buffer.End);
        lent.Complete();

        Assert.Equal("next", await OwnersAsync());
        await ReceiveAsync("more");
        Assert.Equal("more", await OwnersAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Read_RequestInPieces_IsShownWholeAndNoFurther(int most)
    {
        var lent = new LentInput(_pipe.Reader, 8);
        var seen = "";
        var received = "12345678next";
        while (!lent.IsReturned)
        {
            if (received.Length > 0)
            {
                await ReceiveAsync(received[..Math.Min(most, received.Length)]);
                received = received[Math.Min(most, received.Length)..];
            }

            var read = await ReadAsync(lent);
            // Looked at all of it, and taken a letter less while there is more than one.
            var taken = read.Buffer.Slice(0, Math.Max(Math.Min(1, read.Buffer.Length), read.Buffer.Length - 1));
            seen += Encoding.ASCII.GetString(taken);
            lent.AdvanceTo(taken.End, taken.End);
        }

        Assert.Equal("12345678", seen);
        await ReceiveAsync(received + "!");
        Assert.Equal("next!", await OwnersAsync());
    }

    [Fact]
    public async Task Read_LookedAtAll_WaitsForMore()
    {
        await ReceiveAsync("req");
        var lent = new LentInput(_pipe.Reader, 7);
        var read = await ReadAsync(lent);
        lent.AdvanceTo(read.Buffer.Start, read.Buffer.End);

        Assert.False(lent.TryRead(out _));
        var reading = lent.ReadAsync();
        Assert.False(reading.IsCompleted);
        await ReceiveAsync("uest");

        read = await reading;
        Assert.Equal(("request", false), (TextOf(read), lent.IsReturned));
    }

    [Fact]
    public async Task Read_ClientEndsWithinTheRequest_IsTheClientsEndAndNoReturn()
    {
        await ReceiveAsync("req");
        await _pipe.Writer.CompleteAsync();
        var lent = new LentInput(_pipe.Reader, 7);

        var read = await ReadAsync(lent);

        Assert.Equal(("req", true, false), (TextOf(read), read.IsCompleted, lent.IsReturned));
        lent.AdvanceTo(read.Buffer.End);
        Assert.True((await ReadAsync(lent)).IsCompleted);
        Assert.False(lent.IsReturned);
    }

    [Fact]
    public async Task CancelPendingRead_WithinTheRequest_LetsTheBorrowerGo()
    {
        var lent = new LentInput(_pipe.Reader, 7);
        var reading = lent.ReadAsync();

        lent.CancelPendingRead();

        var read = await reading;
        Assert.Equal((true, false, 0L), (read.IsCanceled, read.IsCompleted, read.Buffer.Length));
        lent.AdvanceTo(read.Buffer.Start);
        await ReceiveAsync("request");
        Assert.Equal(("request", false), (TextOf(await ReadAsync(lent)), lent.IsReturned));
    }

    private static Task<ReadResult> ReadAsync(LentInput lent) => lent.ReadAsync().AsTask().WaitAsync(Patience);

    private async Task ReceiveAsync(string text) => await _pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(text));

    private async Task<string> OwnersAsync()
    {
        var read = await _pipe.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        var text = TextOf(read);
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        return text;
    }

    private static string TextOf(in ReadResult read) => Encoding.ASCII.GetString(read.Buffer);
}
