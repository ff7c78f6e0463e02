using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sidecar.Loop;

/// <summary>The three calls of Linux that a loop is made of; everything else the runtime's own sockets can do.</summary>
internal static class Epoll
{
    public const uint In = 0x001;
    public const uint Out = 0x004;

    /// <summary>An error, a hang-up, or a peer that says no more: what comes after it is not told again.</summary>
    public const uint Ending = 0x008 | 0x010 | 0x2000;

    private const int CloseOnExec = 0x80000;
    private const int AddSocket = 1;
    private const uint Edge = 1u << 31;
    private const int Interrupted = 4;

    /// <summary>One event: a mask of four bytes and eight of ours, packed on x64 alone.</summary>
    public static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    public static int Create()
    {
        var epoll = CreateCore(CloseOnExec);
        return epoll >= 0 ? epoll : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Has every change of a socket told, once.</summary>
    public static void Add(int epoll, SafeSocketHandle socket, long key)
    {
        Span<byte> said = stackalloc byte[16];
        MemoryMarshal.Write(said, In | Out | Ending | Edge);
        MemoryMarshal.Write(said[(EventBytes - sizeof(long))..], key);
        if (ControlCore(epoll, AddSocket, socket, ref said[0]) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>What has happened, or once something has; how many events that are.</summary>
    public static int Wait(int epoll, Span<byte> events, bool mayWait)
    {
        var count = WaitCore(epoll, ref events[0], events.Length / EventBytes, mayWait ? -1 : 0);
        return count >= 0 ? count
            : Marshal.GetLastPInvokeError() == Interrupted ? 0
            : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    public static (uint Mask, long Key) Read(ReadOnlySpan<byte> events, int at)
    {
        var one = events.Slice(at * EventBytes, EventBytes);
        return (MemoryMarshal.Read<uint>(one), MemoryMarshal.Read<long>(one[(EventBytes - sizeof(long))..]));
    }

    // Not LibraryImport, whose generated code is unsafe; nothing here needs more than a pinned first byte.
#pragma warning disable SYSLIB1054, CA5392
    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static extern int CreateCore(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static extern int ControlCore(int epoll, int operation, SafeSocketHandle socket, ref byte said);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static extern int WaitCore(int epoll, ref byte events, int most, int milliseconds);
#pragma warning restore SYSLIB1054, CA5392
}
