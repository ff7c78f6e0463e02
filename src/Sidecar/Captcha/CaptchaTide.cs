using SkiaSharp;

namespace Sidecar.Captcha;

/// <summary>
/// A field whose waving edge runs through the height of the characters, and inside which ink and paper change places. An eye
/// follows an outline from dark on light into light on dark; a threshold, the first step of readers made of code, tears every
/// character apart.
/// </summary>
internal static class CaptchaTide
{
    private const float Step = 4f;

    /// <summary>The field's shape; the caller disposes it.</summary>
    public static SKPath Draw(CaptchaDice dice)
    {
        var middle = (CaptchaPainter.Height / 2f) + dice.Between(-6f, 6f);
        var slope = dice.Between(-10f, 10f);
        var rise = dice.EitherSign(9f, 16f);
        var length = dice.Between(110f, 200f);
        var phase = dice.Between(0f, MathF.Tau);
        var far = dice.EitherSign(1f, 1f) > 0f ? CaptchaPainter.Height : 0f;
        using var field = new SKPathBuilder();
        field.MoveTo(0f, far);
        for (var x = 0f; x <= CaptchaPainter.Width; x += Step)
        {
            field.LineTo(x, middle + (slope * ((x / CaptchaPainter.Width) - 0.5f)) + (rise * MathF.Sin((MathF.Tau * x / length) + phase)));
        }

        field.LineTo(CaptchaPainter.Width, far);
        field.Close();
        return field.Detach();
    }
}
