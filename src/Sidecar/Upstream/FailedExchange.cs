namespace Sidecar.Upstream;

/// <summary>Goes with a request that is left to the server because its exchange has failed: the server tells the client, and asks the app no second time.</summary>
internal sealed class FailedExchange(DirectFault fault, long started)
{
    private bool _isTold;

    /// <summary>When it began.</summary>
    public long Started => started;

    /// <summary>What went wrong, for the one request that it went wrong with.</summary>
    public DirectFault? Take()
    {
        var isTold = _isTold;
        _isTold = true;
        return isTold ? null : fault;
    }
}
