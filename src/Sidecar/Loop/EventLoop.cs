namespace Sidecar.Loop;

/// <summary>
/// A thread that hears what sockets have to say and does what waits for it, one after the other: both sides of an exchange on the
/// same thread, so that nothing is handed over and no lock is fought for. Whatever takes long has to leave it.
/// </summary>
internal sealed class EventLoop
{
    private const int MostEvents = 128;

    private static readonly Lazy<EventLoop[]> All = new(static () => [.. Enumerable.Range(0, Environment.ProcessorCount).Select(static number => new EventLoop(number))]);

    [ThreadStatic]
    private static EventLoop? _current;

    private static uint _next;

    private readonly int _epoll = Epoll.Create();
    private readonly Lock _lock = new();
    private readonly Queue<LoopWait> _behind = new();
    private volatile LoopSocket?[] _sockets = new LoopSocket?[256];
    private int _generation;

    private EventLoop(int number) => new Thread(Run) { Name = $"loop {number}", IsBackground = true }.Start();

    /// <summary>The loop of this thread, so that what begins here goes on here; any other where it has none.</summary>
    public static EventLoop Current => _current ?? All.Value[Interlocked.Increment(ref _next) % (uint)All.Value.Length];

    /// <summary>Whether this is its thread.</summary>
    public bool IsHere => _current == this;

    /// <summary>Begins to tell a socket what happens to it; what is there already is told at once.</summary>
    public void Add(LoopSocket socket)
    {
        var descriptor = (int)socket.Handle.DangerousGetHandle();
        long key;
        lock (_lock)
        {
            if (descriptor >= _sockets.Length)
            {
                var larger = new LoopSocket?[Math.Max(descriptor + 1, _sockets.Length * 2)];
                _sockets.CopyTo(larger, 0);
                _sockets = larger;
            }

            // Numbers of descriptors come again; an event that is still on its way to the last one with a number is nobody's.
            key = ((long)++_generation << 32) | (uint)descriptor;
            socket.Key = key;
            _sockets[descriptor] = socket;
        }

        Epoll.Add(_epoll, socket.Handle, key);
    }

    /// <summary>Comes back to a wait when all others have had their turn; false on any other thread, which this one does not know of.</summary>
    public bool TryPutBehind(LoopWait wait)
    {
        if (!IsHere)
        {
            return false;
        }

        _behind.Enqueue(wait);
        return true;
    }

    /// <summary>Before the socket is closed, which ends the kernel's part.</summary>
    public void Remove(LoopSocket socket)
    {
        lock (_lock)
        {
            ref var place = ref _sockets[(int)(uint)socket.Key];
            place = place == socket ? null : place;
        }
    }

    private void Run()
    {
        _current = this;
        var events = new byte[MostEvents * Epoll.EventBytes];
        while (true)
        {
            var count = Epoll.Wait(_epoll, events, mayWait: _behind.Count == 0);
            for (var i = 0; i < count; i++)
            {
                var (mask, key) = Epoll.Read(events, i);
                if (_sockets[(int)(uint)key] is { } socket && socket.Key == key)
                {
                    socket.Hear(mask);
                }
            }

            for (var left = _behind.Count; left > 0; left--)
            {
                _behind.Dequeue().Hear(isEnding: false);
            }
        }
    }
}
