namespace Sidecar.FunctionalTests.Hosting;

/// <summary>How a sidecar is to be started; everything not said keeps the product's default.</summary>
internal sealed record SidecarLaunch
{
    /// <summary>Files of the configuration directory, by name: <c>sidecar.yaml</c>, <c>service_conf.yaml</c>, templates/….</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary><c>section.key=value</c>, each passed with <c>--set</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the sidecar forwards to; with it the listener and the management port are set to free ports of 127.0.0.1.</summary>
    public Uri? Upstream { get; init; }

    /// <summary>Unlocks <c>/dev/advance</c> and <c>captcha.fixed_answer</c>.</summary>
    public bool Development { get; init; } = true;

    /// <summary>Whether somebody reads what it writes.</summary>
    public bool ReadsOutput { get; init; } = true;

    /// <summary>Whether the app is asked what it speaks. Most tests' apps are none that could say, and count what they are asked.</summary>
    public bool Probes { get; init; }

    /// <summary>Bounds the wait for <c>/startupz</c>.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
