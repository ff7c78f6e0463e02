using SkiaSharp;

namespace Sidecar.Captcha;

/// <summary>
/// Bends outlines with two crossing sine waves, so that no line of a glyph stays straight and no character keeps its usual
/// place on a base line.
/// </summary>
internal sealed class CaptchaWarp(CaptchaDice dice)
{
    // Closer steps change no pixel, wider ones show corners.
    private const float Step = 2.5f;

    private readonly float _rise = dice.Between(5f, 9f);
    private readonly float _riseLength = dice.Between(110f, 190f);
    private readonly float _risePhase = dice.Between(0f, MathF.Tau);
    private readonly float _sway = dice.Between(2.5f, 4f);
    private readonly float _swayLength = dice.Between(55f, 90f);
    private readonly float _swayPhase = dice.Between(0f, MathF.Tau);

    /// <summary>A bent copy of <paramref name="path"/>; the caller disposes both.</summary>
    public SKPath Bend(SKPath path)
    {
        using var bent = new SKPathBuilder { FillType = path.FillType };
        using var measure = new SKPathMeasure(path, false, 4f);
        do
        {
            var steps = (int)MathF.Ceiling(measure.Length / Step);
            for (var i = 0; i < steps; i++)
            {
                var point = Bend(measure.GetPosition(measure.Length * i / steps));
                if (i == 0)
                {
                    bent.MoveTo(point);
                }
                else
                {
                    bent.LineTo(point);
                }
            }

            if (measure.IsClosed)
            {
                bent.Close();
            }
        }
        while (measure.NextContour());
        return bent.Detach();
    }

    private SKPoint Bend(SKPoint point) => new(
        point.X + (_sway * MathF.Sin((MathF.Tau * point.Y / _swayLength) + _swayPhase)),
        point.Y + (_rise * MathF.Sin((MathF.Tau * point.X / _riseLength) + _risePhase)));
}
