using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sidecar.Captcha;

/// <summary>
/// The randomness of one picture, from the system's generator in few large reads: a distortion that can be foretold can be
/// undone.
/// </summary>
internal sealed class CaptchaDice
{
    private readonly uint[] _drawn = new uint[256];
    private int _used = 256;

    /// <summary>A number from <paramref name="low"/> up to <paramref name="high"/>.</summary>
    public float Between(float low, float high) => low + ((high - low) * (Draw() / (float)uint.MaxValue));

    /// <summary>A number whose size lies between <paramref name="low"/> and <paramref name="high"/>, of either sign.</summary>
    public float EitherSign(float low, float high) => (Draw() & 1) == 0 ? Between(low, high) : -Between(low, high);

    private uint Draw()
    {
        if (_used == _drawn.Length)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_drawn.AsSpan()));
            _used = 0;
        }

        return _drawn[_used++];
    }
}
