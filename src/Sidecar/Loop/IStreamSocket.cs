namespace Sidecar.Loop;

/// <summary>A connected socket, whoever tells it what happens.</summary>
internal interface IStreamSocket : IDisposable
{
    /// <summary>Whether what it says is heard by this thread, so that nothing is handed over.</summary>
    bool IsNear { get; }

    /// <summary>What there is, once there is something; 0 at the end.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> bytes);

    /// <summary>How many were taken, once any are.</summary>
    ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Says that nothing follows, and that nothing is awaited.</summary>
    void Shutdown();
}
