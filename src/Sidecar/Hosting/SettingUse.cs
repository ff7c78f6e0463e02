namespace Sidecar.Hosting;

internal enum SettingKind
{
    Text,
    Bool,
    Int,
    Duration,
    Choice,

    /// <summary>A list of texts, or one text with commas.</summary>
    Texts,

    /// <summary>What a file holds that a setting names.</summary>
    Content,
}

/// <summary>One setting as its reader asked for it. Holds no secret.</summary>
/// <param name="Key">The dotted key, such as <c>mail.relays[0].mail_port</c>.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Shown">The value that holds, as logs may show it: <c>***</c> for a secret.</param>
/// <param name="Mark">Differs wherever the value does, also for secrets.</param>
internal sealed record SettingUse(string Key, SettingKind Kind, string Shown, string Mark)
{
    public bool IsSecret { get; init; }

    /// <summary>What holds where nothing is written; empty for nothing.</summary>
    public string Default { get; init; } = "";

    /// <summary>The least and the most, for whole numbers.</summary>
    public (int Min, int Max)? Range { get; init; }

    /// <summary>The shortest and the longest, for durations.</summary>
    public (TimeSpan Min, TimeSpan Max)? Span { get; init; }

    /// <summary>The words of a choice.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
}
