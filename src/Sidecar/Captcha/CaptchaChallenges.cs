namespace Sidecar.Captcha;

/// <summary>A text and its picture.</summary>
internal readonly record struct CaptchaChallenge(string Text, ReadOnlyMemory<byte> Picture, string ContentType);

/// <summary>Makes challenges off the threads that forward.</summary>
internal sealed class CaptchaChallenges(CaptchaOptions options, CaptchaPainter painter) : IDisposable
{
    private readonly PaintingThread _thread = new(painter.Paint);

    /// <summary>How long an answer is taken.</summary>
    public TimeSpan Lifetime => options.Lifetime;

    /// <summary>A new challenge; null while more pictures are wanted than can be painted.</summary>
    public async ValueTask<CaptchaChallenge?> NewAsync(PictureFormat format, CancellationToken cancellationToken)
    {
        var text = options.FixedAnswer ?? CaptchaText.Next(options.Length);
        return await _thread.PaintAsync(text, format, cancellationToken) is { } picture ? new(text, picture, CaptchaPainter.ContentType(format)) : null;
    }

    public void Dispose() => _thread.Dispose();
}
