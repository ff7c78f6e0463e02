using SkiaSharp;

namespace Sidecar.Captcha;

/// <summary>
/// Turns a challenge into a picture. Only computes, for milliseconds, so callers take it off the thread that serves
/// sockets; one instance may paint on many threads at once.
/// </summary>
internal sealed class CaptchaPainter : IDisposable
{
    public const int Width = 300;
    public const int Height = 120;
    // More adds bytes that nobody sees; PNG does not look at it.
    private const int Quality = 70;

    // The machine's fonts are neither known nor, in a container, there. Loaded with the library by the first picture, on its own
    // thread: some milliseconds of that picture, and neither of the start nor of a process that paints none.
    private readonly Lazy<SKTypeface> _typeface = new(LoadTypeface);

    /// <summary>The media type of a picture.</summary>
    public static string ContentType(PictureFormat format) => format == PictureFormat.Png ? "image/png" : "image/jpeg";

    /// <summary>A picture of <paramref name="text"/>: ASCII capitals and digits, at most <see cref="CaptchaOptions.MaxLength"/>.</summary>
    public byte[] Paint(string text, PictureFormat format = PictureFormat.Jpeg)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var dice = new CaptchaDice();
        var hue = dice.Between(0f, 360f);
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var canvas = surface.Canvas;
        using var paper = Gradient(SKColor.FromHsl(hue, 45f, 92f), SKColor.FromHsl((hue + dice.Between(40f, 120f)) % 360f, 40f, 80f), dice);
        using var ink = Gradient(Ink(dice), Ink(dice), dice);
        using var tide = CaptchaTide.Draw(dice);
        using var marks = Marks(text, dice);
        canvas.DrawPaint(paper);
        CaptchaClutter.Behind(canvas, SKColor.FromHsl((hue + 180f) % 360f, 40f, 55f), dice);
        canvas.DrawPath(tide, ink);
        canvas.Save();
        canvas.ClipPath(tide, SKClipOperation.Difference, antialias: true);
        canvas.DrawPath(marks, ink);
        canvas.Restore();
        canvas.ClipPath(tide, SKClipOperation.Intersect, antialias: true);
        canvas.DrawPath(marks, paper);
        using var image = surface.Snapshot();
        using var encoded = image.Encode(format == PictureFormat.Png ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, Quality);
        return encoded.ToArray();
    }

    public void Dispose()
    {
        if (_typeface.IsValueCreated)
        {
            _typeface.Value.Dispose();
        }
    }

    // Characters, strokes and dots as one shape, so that nothing but form tells them apart.
    private SKPath Marks(string text, CaptchaDice dice)
    {
        var warp = new CaptchaWarp(dice);
        using var marks = new SKPathBuilder { FillType = SKPathFillType.Winding };
        foreach (var outline in CaptchaGlyphs.Lay(text, _typeface.Value, dice))
        {
            using (outline)
            {
                using var bent = warp.Bend(outline);
                marks.AddPath(bent);
            }
        }

        CaptchaClutter.AddStrokes(marks, dice);
        CaptchaClutter.AddDots(marks, dice);
        return marks.Detach();
    }

    private static SKColor Ink(CaptchaDice dice) => SKColor.FromHsl(dice.Between(0f, 360f), dice.Between(45f, 80f), dice.Between(18f, 30f));

    private static SKPaint Gradient(SKColor from, SKColor to, CaptchaDice dice)
    {
        using var shader = SKShader.CreateLinearGradient(
            new SKPoint(0f, dice.Between(0f, Height)), new SKPoint(Width, dice.Between(0f, Height)), [from, to], SKShaderTileMode.Clamp);
        return new SKPaint { Shader = shader, IsAntialias = true };
    }

    internal static SKTypeface LoadTypeface()
    {
        using var resource = typeof(CaptchaPainter).Assembly.GetManifestResourceStream("captcha-font.ttf")
            ?? throw new InvalidOperationException("The embedded font is missing from this build.");
        using var data = SKData.Create(resource);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException("The embedded font cannot be read.");
    }
}
