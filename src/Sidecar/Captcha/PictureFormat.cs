namespace Sidecar.Captcha;

/// <summary>What a picture is encoded as: JPEG where nothing asks for another, because PNG is larger.</summary>
internal enum PictureFormat
{
    Jpeg,
    Png,
}
