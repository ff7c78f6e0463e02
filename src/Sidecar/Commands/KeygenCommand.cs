using System.Globalization;
using Sidecar.Otp;

namespace Sidecar.Commands;

/// <summary>Prints fresh secrets, ready to stand in <c>sidecar.yaml</c> or a Secret.</summary>
internal static class KeygenCommand
{
    public static int Run()
    {
        var id = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Console.Out.WriteLine($"""
            # The first key signs, all verify: to rotate, put a new one first and drop the old one a day later.
            keys:
              - id: "{id}"
                secret: "{KeyRing.NewSecret()}"
            # Names addresses in the store. Never change it while the sidecar is in use.
            pepper: "{KeyRing.NewSecret()}"
            """);
        return ExitCode.Ok;
    }
}
