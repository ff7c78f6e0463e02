using SkiaSharp;

namespace Sidecar.Captcha;

/// <summary>
/// What lies around the characters: faint rings behind them, strokes and dots of their own colour across them. Removing them by
/// colour, size or thickness damages the characters too.
/// </summary>
internal static class CaptchaClutter
{
    private const int Strokes = 2;
    private const int Dots = 90;

    public static void Behind(SKCanvas canvas, SKColor shade, CaptchaDice dice)
    {
        using var paint = new SKPaint { IsAntialias = true, Style = SKPaintStyle.Stroke };
        for (var i = 0; i < 9; i++)
        {
            paint.Color = shade.WithAlpha((byte)dice.Between(40f, 110f));
            paint.StrokeWidth = dice.Between(3f, 9f);
            canvas.DrawCircle(dice.Between(0f, CaptchaPainter.Width), dice.Between(0f, CaptchaPainter.Height), dice.Between(10f, 55f), paint);
        }
    }

    /// <summary>Strokes from edge to edge, through the characters.</summary>
    public static void AddStrokes(SKPathBuilder marks, CaptchaDice dice)
    {
        using var pen = new SKPaint { Style = SKPaintStyle.Stroke };
        for (var i = 0; i < Strokes; i++)
        {
            pen.StrokeWidth = dice.Between(2f, 3.2f);
            using var wave = Wave(dice, (i + 0.5f) / Strokes);
            using var stroke = pen.GetFillPath(wave);
            marks.AddPath(stroke);
        }
    }

    public static void AddDots(SKPathBuilder marks, CaptchaDice dice)
    {
        for (var i = 0; i < Dots; i++)
        {
            marks.AddCircle(dice.Between(0f, CaptchaPainter.Width), dice.Between(0f, CaptchaPainter.Height), dice.Between(0.7f, 1.8f), SKPathDirection.Clockwise);
        }
    }

    // Each keeps to its own band of the height where characters stand, so that all of them together cross every character.
    private static SKPath Wave(CaptchaDice dice, float band)
    {
        const float Top = CaptchaPainter.Height * 0.24f;
        const float Reach = CaptchaPainter.Height * 0.52f;
        float Level() => Top + (Reach * band) + dice.Between(-14f, 14f);
        using var wave = new SKPathBuilder();
        wave.MoveTo(-4f, Level());
        wave.CubicTo(50f, Level() + dice.EitherSign(15f, 35f), 100f, Level() - dice.EitherSign(15f, 35f), 150f, Level());
        wave.CubicTo(200f, Level() + dice.EitherSign(15f, 35f), 250f, Level() - dice.EitherSign(15f, 35f), 304f, Level());
        return wave.Detach();
    }
}
