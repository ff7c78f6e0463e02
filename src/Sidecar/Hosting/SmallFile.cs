using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sidecar.Hosting;

/// <summary>
/// Reads files that are small when they are what they should be. Whatever else stands in such a place by mistake must not take
/// the memory of the process that carries the app's traffic, nor keep it waiting, as a pipe does that nobody writes to.
/// </summary>
internal static class SmallFile
{
    /// <summary>More than any settings or certificates are.</summary>
    public const int MostBytes = 1024 * 1024;

    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>What a file holds, behind whatever links; null when that is longer than it may be.</summary>
    /// <exception cref="NoFileException">There is something, and it is no file.</exception>
    public static byte[]? Bytes(string path, int most = MostBytes)
    {
        using var file = Open(path);
        long length;
        try
        {
            length = RandomAccess.GetLength(file);
        }
        catch (NotSupportedException)
        {
            throw new NoFileException();
        }

        if (length > most)
        {
            return null;
        }

        // Not as long as it says: it may grow, and what the kernel makes up on the way says nothing of its length.
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = RandomAccess.Read(file, buffer, content.Length)) > 0;)
        {
            content.Write(buffer, 0, count);
            if (content.Length > most)
            {
                return null;
            }
        }

        return content.ToArray();
    }

    /// <summary>The same as text.</summary>
    public static string? Text(string path, int most = MostBytes)
    {
        if (Bytes(path, most) is not { } bytes)
        {
            return null;
        }

        using var reader = new StreamReader(new MemoryStream(bytes));
        return reader.ReadToEnd();
    }

    /// <summary>What is wrong with a file that could not be read, for a fault.</summary>
    public static string Problem(Exception error) => error is NoFileException ? error.Message : "cannot be read";

    /// <summary>Opens without waiting for whoever is at the other end.</summary>
    private static SafeFileHandle Open(string path)
    {
        if (OperatingSystem.IsLinux() && !Directory.Exists(path) && OpenCore(ref Encoding.UTF8.GetBytes(path + '\0')[0], ReadOnly | NonBlocking | CloseOnExec) is >= 0 and var number)
        {
            return new(number, ownsHandle: true);
        }

        // Says in the runtime's words why not.
        return File.OpenHandle(path);
    }

    // Not LibraryImport, whose generated code is unsafe; nothing here needs more than a pinned first byte.
#pragma warning disable SYSLIB1054, CA5392
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int OpenCore(ref byte path, int flags);
#pragma warning restore SYSLIB1054, CA5392
}

/// <summary>What stands in a file's place is a pipe, a socket or a device.</summary>
internal sealed class NoFileException() : IOException("is a pipe, a socket or a device, and no file");
