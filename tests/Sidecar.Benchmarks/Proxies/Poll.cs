using System.Runtime.InteropServices;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>Waiting for sockets to the microsecond: .NET's own waits round to milliseconds, in which nginx answers ten times.</summary>
internal static partial class Poll
{
    private const short ReadyToRead = 1;
    private const int TimerSlack = 29;

    [StructLayout(LayoutKind.Sequential)]
    public struct Entry(int descriptor)
    {
        public int Descriptor = descriptor;
        public short Wanted = ReadyToRead;
        public short Seen;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    /// <summary>Lets this thread wake when it asked to, and not up to 50 µs later.</summary>
    public static void WakeExactly() => _ = SetProcessOption(TimerSlack, 1, 0, 0, 0);

    /// <returns>How many of the entries have something to read.</returns>
    public static int Wait(Entry[] entries, int count, TimeSpan time)
    {
        var bound = new Timespec { Seconds = (nint)Math.Max(0, Math.Floor(time.TotalSeconds)), Nanoseconds = (nint)Math.Max(0, time.TotalNanoseconds % 1e9) };
        return Wait(entries, (nuint)count, bound, 0);
    }

    [LibraryImport("libc", EntryPoint = "ppoll")]
    private static partial int Wait([In, Out] Entry[] entries, nuint count, in Timespec time, nint signals);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int SetProcessOption(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);
}
