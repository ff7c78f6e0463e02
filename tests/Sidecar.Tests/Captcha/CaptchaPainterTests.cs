using Sidecar.Captcha;
using SkiaSharp;

namespace Sidecar.Tests.Captcha;

public sealed class CaptchaPainterTests : IDisposable
{
    private readonly CaptchaPainter _painter = new();

    public void Dispose() => _painter.Dispose();

    [Theory]
    [InlineData("ACE3")]
    [InlineData("ACE39XWM")]
    [InlineData("Z")]
    [InlineData("0126BDFGIKLNOPQSVZ4578")]
    public void Paint_AnyText_IsAJpegOfTheSize(string text)
    {
        using var data = SKData.CreateCopy(_painter.Paint(text));
        using var codec = SKCodec.Create(data);
        using var bitmap = SKBitmap.Decode(codec);

        Assert.Equal(SKEncodedImageFormat.Jpeg, codec.EncodedFormat);
        Assert.Equal("image/jpeg", CaptchaPainter.ContentType(PictureFormat.Jpeg));
        Assert.Equal((300, 120), (bitmap.Width, bitmap.Height));
    }

    [Fact]
    public void Paint_SameTextTwice_GivesDifferentPictures() =>
        Assert.NotEqual(_painter.Paint("ACE39"), _painter.Paint("ACE39"));

    [Fact]
    public void Paint_NoText_Throws() => Assert.Throws<ArgumentException>(() => _painter.Paint(""));

    [Fact]
    public void LoadTypeface_EmbeddedFont_HasAGlyphForEachCapitalAndDigit()
    {
        using var typeface = CaptchaPainter.LoadTypeface();
        using var font = new SKFont(typeface);
        var glyphs = font.GetGlyphs("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

        Assert.DoesNotContain((ushort)0, glyphs);
        Assert.Equal(36, glyphs.Distinct().Count());
    }

    [Fact]
    public async Task Paint_OnManyThreadsAtOnce_GivesWholePictures()
    {
        var pictures = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => _painter.Paint(CaptchaText.Next(5)))));

        Assert.All(pictures, static picture =>
        {
            using var bitmap = SKBitmap.Decode(picture);
            Assert.Equal((300, 120), (bitmap.Width, bitmap.Height));
        });
        Assert.Equal(64, pictures.Select(Convert.ToHexString).Distinct().Count());
    }
}
