using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>What carries a request to the app.</summary>
internal enum ForwardEngine
{
    /// <summary>An exchange of our own where the exchange is plain HTTP/1.1, YARP for all else.</summary>
    Direct,

    /// <summary>YARP for everything.</summary>
    Yarp,
}

/// <summary>Who waits for the sockets of the public ports, and of those to the app.</summary>
internal enum ForwardSockets
{
    /// <summary>A loop of ours for each core, with both sides of an exchange on one. On Linux; elsewhere the runtime.</summary>
    Loop,

    /// <summary>The runtime.</summary>
    Runtime,
}

/// <summary>How requests reach the app.</summary>
/// <param name="ConnectTimeout"><c>forward.connect_timeout</c>: for a connection to the app. 100ms to 1m; default 5s.</param>
/// <param name="ActivityTimeout">
/// <c>forward.activity_timeout</c>: how long a request may pass no byte either way. 1s to 24h; default 1h, because answers
/// that are being thought out stream in silence for minutes.
/// </param>
/// <param name="ResetTimeout"><c>forward.reset_timeout</c>: for the app's answer to a reset or a gated sign-up. 1s to 5m; default 30s.</param>
/// <param name="Engine"><c>forward.engine</c>: what carries plain HTTP/1.1 exchanges with the app: connections of our own, or YARP, which carries all else anyhow. <c>direct</c> (default) or <c>yarp</c>.</param>
/// <param name="Sockets"><c>forward.sockets</c>: who waits for the sockets of the public ports and of those to the app: a loop of ours for each core, which Linux alone can have, or the runtime. <c>loop</c> (default) or <c>runtime</c>.</param>
/// <param name="FastPath">
/// <c>forward.fast_path</c>: whether plain HTTP/1.1 requests that are the app's alone are forwarded from socket to socket, without the
/// server's request pipeline; with <c>engine: direct</c>, and without traces (<c>telemetry.otlp_endpoint</c>). <c>true</c> (default) or <c>false</c>.
/// </param>
internal sealed record ForwardOptions(TimeSpan ConnectTimeout, TimeSpan ActivityTimeout, TimeSpan ResetTimeout, ForwardEngine Engine = ForwardEngine.Direct, ForwardSockets Sockets = ForwardSockets.Loop, bool FastPath = true)
{
    /// <summary>Whether plain requests are served below the server.</summary>
    public bool UsesFastPath => FastPath && Engine == ForwardEngine.Direct;

    public bool UsesLoop => Sockets == ForwardSockets.Loop && OperatingSystem.IsLinux();

    public const string Section = "forward";

    public static ForwardOptions Read(SettingsSection root)
    {
        var section = root.Section(Section);
        return new(
            section.Duration("connect_timeout", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            section.Duration("activity_timeout", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
            section.Duration("reset_timeout", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
            section.Choice("engine", ForwardEngine.Direct, ("direct", ForwardEngine.Direct), ("yarp", ForwardEngine.Yarp)),
            section.Choice("sockets", ForwardSockets.Loop, ("loop", ForwardSockets.Loop), ("runtime", ForwardSockets.Runtime)),
            section.Bool("fast_path", true));
    }
}
