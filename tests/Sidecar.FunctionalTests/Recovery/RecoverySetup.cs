using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>What a test wants otherwise than the product's defaults.</summary>
internal sealed record RecoverySetup
{
    /// <summary><c>recovery.answers</c>.</summary>
    public string Answers { get; init; } = "uniform";

    /// <summary>Processes on the one Redis, with the same keys.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>How many users the app starts with.</summary>
    public int Users { get; init; } = 60;

    /// <summary>Fixed captcha and the movable clock; without it, the shipped form.</summary>
    public bool Development { get; init; } = true;

    /// <summary>Further <c>--set</c> words, stronger than what the world sets itself; <c>{redis}</c> in them is the world's Redis.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The <c>smtp:</c> section; the world's own sink when null.</summary>
    public string? Smtp { get; init; }

    /// <summary>Further sections of the app's own file.</summary>
    public string AppSections { get; init; } = "";

    /// <summary><c>keys</c> and <c>pepper</c> as <c>sidecar keygen</c> prints them; made up for the run when null.</summary>
    public string? Keys { get; init; }

    /// <summary>What is done to the Redis before the sidecars start.</summary>
    public Func<RedisServer, Task>? Prepare { get; init; }

    /// <summary>An app in the place of the demo's, over the world's Redis.</summary>
    public Func<RedisServer, Task<Uri>>? App { get; init; }

    /// <summary>The releases whose app the demo's plays.</summary>
    public AppRelease Release { get; init; } = AppRelease.Any;

    /// <summary>Users of the app beyond those the world makes.</summary>
    public IReadOnlyList<SeededUser> OtherUsers { get; init; } = [];
}
