using System.Security.Cryptography;

namespace Sidecar.Otp;

/// <summary>Makes one-time codes: capitals only, so that they can be read out and typed anywhere; each as likely as any other.</summary>
internal sealed class CodeGenerator
{
    public const int DefaultLength = 8;
    public const int MinLength = 6;
    public const int MaxLength = 16;
    public const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private readonly int _length;

    public CodeGenerator(int length = DefaultLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, MinLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxLength);
        _length = length;
    }

    public string Next() => RandomNumberGenerator.GetString(Alphabet, _length);
}
