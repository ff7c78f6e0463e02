namespace Sidecar.Upstream;

/// <summary>What the fast path makes of the bytes that a client sent.</summary>
internal enum FastVerdict
{
    /// <summary>The head has not come whole, and may still be a plain one.</summary>
    Incomplete,

    /// <summary>A plain request, whole.</summary>
    Plain,

    /// <summary>The server's to answer, but nobody can doubt where it ends.</summary>
    Lent,

    /// <summary>Anything else: the server's to judge, with all that follows.</summary>
    Left,
}

/// <summary>Whether a target is the app's alone: nobody's but the forwarder's to answer, change or count.</summary>
/// <param name="target">Path and query as sent.</param>
internal delegate bool FastTarget(ReadOnlySpan<char> target);
