namespace Sidecar.Captcha;

/// <summary>A text and its picture.</summary>
internal readonly record struct CaptchaChallenge(string Text, ReadOnlyMemory<byte> Picture, string ContentType);

/// <summary>
/// Makes challenges off the I/O thread: drawing is all CPU, and the thread that serves sockets must go on forwarding. At most
/// half the cores draw at once, so that a flood of pictures leaves the rest to the app's traffic.
/// </summary>
internal sealed class CaptchaChallenges(CaptchaOptions options, CaptchaPainter painter) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>How long an answer is taken.</summary>
    public TimeSpan Lifetime => options.Lifetime;

    public async ValueTask<CaptchaChallenge> NewAsync(CancellationToken cancellationToken)
    {
        var text = options.FixedAnswer ?? CaptchaText.Next(options.Length);
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return new(text, await Task.Run(() => painter.Paint(text), cancellationToken), CaptchaPainter.ContentType);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();
}
