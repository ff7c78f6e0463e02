namespace Sidecar.Contracts;

/// <summary>How an app learns, with a reset, that the address is proven.</summary>
internal enum HandoverForm
{
    /// <summary>From a signed assertion that comes along.</summary>
    Assertion,

    /// <summary>From a flag in its Redis, named by the address as the body spells it.</summary>
    Flag,

    /// <summary>From the same flag, named by the address without case.</summary>
    FoldedFlag,

    /// <summary>From its own record of a mailed code, which it compares with the one in the body: the reset proves and sets in one call.</summary>
    CodeRecord,
}
