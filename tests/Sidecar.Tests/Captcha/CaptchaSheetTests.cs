using System.Globalization;
using Sidecar.Captcha;
using SkiaSharp;

namespace Sidecar.Tests.Captcha;

/// <summary>
/// Holds pictures to their size and leaves them under artifacts/: a sheet of fifty for eyes, single ones named by their text
/// for tests/captcha/solve-rate.sh, which asks for more of them with CAPTCHA_SAMPLES.
/// </summary>
public sealed class CaptchaSheetTests
{
    private const int Columns = 5;
    private const int Rows = 10;

    private static readonly string Artifacts = FindArtifacts();

    [Fact]
    public void Paint_FiftyPictures_MakeASheet()
    {
        using var painter = new CaptchaPainter();
        var texts = Enumerable.Range(0, Columns * Rows).Select(static _ => CaptchaText.Next(5)).ToArray();
        using var surface = SKSurface.Create(new SKImageInfo(Columns * CaptchaPainter.Width, Rows * CaptchaPainter.Height));
        for (var i = 0; i < texts.Length; i++)
        {
            using var picture = SKImage.FromEncodedData(painter.Paint(texts[i]));
            surface.Canvas.DrawImage(picture, i % Columns * CaptchaPainter.Width, i / Columns * CaptchaPainter.Height, SKSamplingOptions.Default);
        }

        using var sheet = surface.Snapshot();
        using var png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(Path.Combine(Artifacts, "captcha-sheet.png"), png.ToArray());
        File.WriteAllLines(Path.Combine(Artifacts, "captcha-sheet.txt"), texts.Chunk(Columns).Select(static row => string.Join(' ', row)));
        Assert.True(png.Size > 0);
    }

    [Fact]
    public void Paint_ManyPictures_AreSmall()
    {
        using var painter = new CaptchaPainter();
        var count = int.TryParse(Environment.GetEnvironmentVariable("CAPTCHA_SAMPLES"), CultureInfo.InvariantCulture, out var asked) ? asked : 20;
        var folder = Directory.CreateDirectory(Path.Combine(Artifacts, "captcha-samples"));
        foreach (var old in folder.GetFiles("*.jpg"))
        {
            old.Delete();
        }

        for (var i = 0; i < count; i++)
        {
            var text = CaptchaText.Next(5);
            var picture = painter.Paint(text);
            File.WriteAllBytes(Path.Combine(folder.FullName, $"{i:D4}-{text}.jpg"), picture);
            Assert.InRange(picture.Length, 2_000, 16_000);
        }
    }

    private static string FindArtifacts()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sidecar.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Run this from a build inside the repository.");
        }

        return Directory.CreateDirectory(Path.Combine(folder.FullName, "artifacts")).FullName;
    }
}
