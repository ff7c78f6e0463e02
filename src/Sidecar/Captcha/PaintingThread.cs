using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Sidecar.Captcha;

/// <summary>
/// Paints one picture after the other on a thread of its own that the kernel runs last. A picture is milliseconds of nothing but
/// computing: on the pool it would hold a thread that forwards, and on a machine of one core every request beside it would wait
/// for its turn. Nobody waits for more than <see cref="MostWaiting"/> pictures.
/// </summary>
internal sealed class PaintingThread : IDisposable
{
    /// <summary>What one core paints in about half a second; whoever comes then is told to come back.</summary>
    public const int MostWaiting = 256;

    /// <summary>As the kernel shows it, of at most 15 letters.</summary>
    public const string Name = "captcha";

    // The last place that still has a share: threads that forward displace it whenever they have something to do, and yet it
    // gets on where a core is never idle, so that nobody who has to wait for this thread, as the garbage collector may, waits for
    // ever. At 10 forwarding took three times as long under a flood (benchmark captcha-flood).
    private const int Niceness = 19;

    private readonly BlockingCollection<Order> _waiting = new(MostWaiting);
    private readonly Func<string, PictureFormat, byte[]> _paint;

    /// <param name="paint">Called for one picture at a time.</param>
    public PaintingThread(Func<string, PictureFormat, byte[]> paint)
    {
        _paint = paint;
        new Thread(Work) { Name = Name, IsBackground = true }.Start();
    }

    /// <summary>A picture of <paramref name="text"/>; null when too many others wait.</summary>
    public async ValueTask<byte[]?> PaintAsync(string text, PictureFormat format, CancellationToken cancellationToken)
    {
        var order = new Order(text, format, cancellationToken);
        return _waiting.TryAdd(order, millisecondsTimeout: 0, CancellationToken.None) ? await order.Picture.Task : null;
    }

    /// <summary>What waits is still painted; nothing is taken any more.</summary>
    public void Dispose() => _waiting.CompleteAdding();

    private void Work()
    {
        RunLast();
        foreach (var order in _waiting.GetConsumingEnumerable())
        {
            if (order.Cancellation.IsCancellationRequested)
            {
                order.Picture.SetCanceled(order.Cancellation);
                continue;
            }

            try
            {
                order.Picture.SetResult(_paint(order.Text, order.Format));
            }
            catch (Exception error)
            {
                order.Picture.SetException(error);
            }
        }
    }

    // The runtime leaves priorities to the kernel on Linux, where a thread's own is its niceness; elsewhere this call means all of the process.
    private static void RunLast()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(which: 0, who: 0, Niceness);
        }
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int niceness);

    private sealed record Order(string Text, PictureFormat Format, CancellationToken Cancellation)
    {
        // Not on the painting thread: what follows is answering a request, at its own priority.
        public TaskCompletionSource<byte[]> Picture { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
