namespace Sidecar.Commands;

/// <summary>What the process tells its caller; 78 is <c>EX_CONFIG</c> of sysexits.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int CheckFailed = 1;
    public const int Usage = 2;
    public const int Configuration = 78;
}
