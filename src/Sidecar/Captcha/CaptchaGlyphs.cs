using SkiaSharp;

namespace Sidecar.Captcha;

/// <summary>
/// Lays the characters out as outlines: each turned, stretched and shifted by itself, and set so close that neighbours touch,
/// because cutting a text into its characters is the step where readers made of code fail.
/// </summary>
internal static class CaptchaGlyphs
{
    private const float Margin = 14f;
    private const float LargestSize = 70f;

    /// <summary>The outlines of <paramref name="text"/> from left to right; the caller disposes them.</summary>
    public static List<SKPath> Lay(string text, SKTypeface typeface, CaptchaDice dice)
    {
        var cell = (CaptchaPainter.Width - (2 * Margin)) / text.Length;
        using var font = new SKFont(typeface, MathF.Min(LargestSize, cell * 1.3f)) { Hinting = SKFontHinting.None };
        var outlines = new List<SKPath>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            using var glyph = font.GetTextPath(text.AsSpan(i, 1), SKPoint.Empty);
            var bounds = glyph.TightBounds;
            var matrix = SKMatrix.CreateTranslation(-bounds.MidX, -bounds.MidY)
                .PostConcat(SKMatrix.CreateScale(dice.Between(0.92f, 1.08f) * Widening(bounds.Width, cell), dice.Between(1.1f, 1.35f)))
                .PostConcat(SKMatrix.CreateSkew(dice.Between(-0.2f, 0.2f), 0f))
                .PostConcat(SKMatrix.CreateRotationDegrees(dice.EitherSign(4f, 18f)))
                .PostConcat(SKMatrix.CreateTranslation(
                    Margin + (cell * (i + 0.5f)) + dice.Between(-3f, 3f),
                    (CaptchaPainter.Height / 2f) + dice.Between(-6f, 6f)));
            var outline = new SKPath();
            glyph.Transform(in matrix, outline);
            outlines.Add(outline);
        }

        return outlines;
    }

    // A narrow letter would stand alone in its cell, a wide one cover its neighbour.
    private static float Widening(float width, float cell) => Math.Clamp(cell * 0.9f / width, 0.72f, 1.2f);
}
