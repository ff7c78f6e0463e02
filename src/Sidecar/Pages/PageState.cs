namespace Sidecar.Pages;

/// <summary>How far somebody has come on the pages.</summary>
internal enum PageStep
{
    Address = 1,
    Picture = 2,
    Code = 3,
    Password = 4,
    Done = 5,
}

/// <summary>What the next page says above its form.</summary>
/// <param name="Key">Which words, without <c>notice_</c>; empty for none.</param>
/// <param name="Until">The instant that the words count down to; default for none.</param>
internal readonly record struct PageNotice(string Key, DateTimeOffset Until = default)
{
    public static PageNotice None => new("");
}

/// <summary>
/// All that the pages know of a visitor. It travels sealed in a cookie, so that a reload or another window shows where things
/// stand, and neither address nor progress is in a URL or on the server.
/// </summary>
internal sealed record PageState
{
    /// <summary>128 random bits that a form must bring along: a page of another site does not know them.</summary>
    public required string Id { get; init; }

    /// <summary>Which recovery this is; another one after each new address, so that a window left behind is noticed.</summary>
    public required string Run { get; init; }

    public PageStep Step { get; init; } = PageStep.Address;

    /// <summary>As typed; before it is accepted, whatever was typed.</summary>
    public string Address { get; init; } = "";

    /// <summary>The language chosen by hand; empty for the browser's.</summary>
    public string Language { get; init; } = "";

    public PageNotice Notice { get; init; } = PageNotice.None;

    /// <summary>Before this no other code can be had.</summary>
    public DateTimeOffset ResendAt { get; init; }

    /// <summary>Until then codes are refused on this flow.</summary>
    public DateTimeOffset LockedUntil { get; init; }

    /// <summary>When this is forgotten.</summary>
    public DateTimeOffset Ends { get; init; }

    /// <summary>What forms bring along.</summary>
    public string FormToken => $"{Id}.{Run}";
}
