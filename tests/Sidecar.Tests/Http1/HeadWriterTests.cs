using System.Buffers;
using System.Text;
using Sidecar.Http1;

namespace Sidecar.Tests.Http1;

public sealed class HeadWriterTests
{
    [Fact]
    public void Add_AnyText_IsOneByteACharacter()
    {
        using var writer = new HeadWriter();

        writer.Add("get").Add(" /\xE9 "u8).Add(long.MaxValue).Add(new ReadOnlySequence<byte>("x"u8.ToArray()));
        writer.AddField("X-Latin1", "\xE9\xFF\t");

        Assert.Equal("get /\xC3\xA9 9223372036854775807xX-Latin1: \xE9\xFF\t\r\n", Text(writer));
    }

    [Fact]
    public void Add_MoreThanItBeganWith_IsAllThere()
    {
        using var writer = new HeadWriter();
        var value = new string('x', 10_000);

        for (var i = 0; i < 10; i++)
        {
            writer.AddField("X", value);
        }

        Assert.Equal(string.Concat(Enumerable.Repeat($"X: {value}\r\n", 10)), Text(writer));
    }

    [Theory]
    [InlineData("X\u0001")]
    [InlineData("X Y")]
    [InlineData("X:")]
    [InlineData("")]
    [InlineData("X\u00E9")]
    public void AddField_NameThatIsNone_IsLeftOut(string name)
    {
        using var writer = new HeadWriter();

        writer.AddField(name, "1");

        Assert.Equal("", Text(writer));
    }

    [Theory]
    [InlineData("a\r\nX: 1")]
    [InlineData("a\nX: 1")]
    [InlineData("a\0")]
    public void AddField_ValueThatEndsItsLine_Throws(string value)
    {
        using var writer = new HeadWriter();

        Assert.Throws<InvalidOperationException>(() => writer.AddField("X", value));
    }

    private static string Text(HeadWriter writer) => Encoding.Latin1.GetString(writer.Written.Span);
}
