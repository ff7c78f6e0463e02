namespace Sidecar.Doctor;

internal enum CheckStatus
{
    Ok,

    /// <summary>Works, and deserves attention.</summary>
    Warning,

    Failed,

    /// <summary>Could not be tried; the detail says why.</summary>
    Skipped,
}

/// <summary>What one look found.</summary>
/// <param name="Status">How it is.</param>
/// <param name="Detail">What was found, in a line without secrets and addresses.</param>
/// <param name="Hint">What to change; empty when nothing.</param>
internal sealed record Finding(CheckStatus Status, string Detail, string Hint = "")
{
    /// <summary>For machines: names with a string, a number, a bool or a list of strings.</summary>
    public IReadOnlyList<(string Name, object Value)> Data { get; init; } = [];

    public static Finding Ok(string detail) => new(CheckStatus.Ok, detail);

    public static Finding Warn(string detail, string hint) => new(CheckStatus.Warning, detail, hint);

    public static Finding Fail(string detail, string hint) => new(CheckStatus.Failed, detail, hint);
}

/// <summary>One line of the list.</summary>
/// <param name="Name">The step, such as <c>login</c>.</param>
/// <param name="Target">What it is about, such as <c>relay smtp.example.org:465</c>.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Duration">How long the look took.</param>
internal sealed record CheckResult(string Name, string Target, Finding Finding, TimeSpan Duration)
{
    public CheckStatus Status => Finding.Status;
}
