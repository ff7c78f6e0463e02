using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>What became of a document that was to have our script.</summary>
internal enum DocumentOutcome
{
    Tagged,

    /// <summary>A fragment or plain text that calls itself HTML: nothing to put a script into.</summary>
    NoDocument,
    Policy,
    NoTransform,
    Encoding,
    Charset,
    Base,
    TooLong,
    Unreadable,
}

/// <summary>Tells operators about documents that could not have the script: one line a reason, a metric, and an entry of <c>/readyz</c>.</summary>
internal sealed partial class DocumentReport(ILogger<DocumentReport> logger)
{
    private static readonly Counter<long> Documents = SidecarTelemetry.Meter.CreateCounter<long>("sidecar.login_link.documents", "{document}", "The app's documents that were to get the login link's script.");

    private readonly ConcurrentDictionary<DocumentOutcome, bool> _told = new();
    private volatile string _trouble = "";

    public HealthResult Health => new(_trouble.Length == 0, _trouble);

    public void Add(DocumentOutcome outcome)
    {
        Documents.Add(1, new TagList { { "outcome", NameOf(outcome) } });
        if (outcome == DocumentOutcome.NoDocument)
        {
            return;
        }

        _trouble = ReasonFor(outcome);
        if (_trouble.Length > 0 && _told.TryAdd(outcome, true))
        {
            LogLeftAlone(_trouble);
        }
    }

    private static string NameOf(DocumentOutcome outcome) => outcome switch
    {
        DocumentOutcome.Tagged => "tagged",
        DocumentOutcome.NoDocument => "no_document",
        DocumentOutcome.Policy => "policy",
        DocumentOutcome.NoTransform => "no_transform",
        DocumentOutcome.Encoding => "encoding",
        DocumentOutcome.Charset => "charset",
        DocumentOutcome.Base => "base",
        DocumentOutcome.TooLong => "too_long",
        _ => "unreadable",
    };

    private static string ReasonFor(DocumentOutcome outcome) => outcome switch
    {
        DocumentOutcome.Tagged or DocumentOutcome.NoDocument => "",
        DocumentOutcome.Policy => "its Content-Security-Policy or Integrity-Policy allows no script of this origin; add 'self' to script-src in the app, or put a link to the recovery page there yourself",
        DocumentOutcome.NoTransform => "its Cache-Control says no-transform",
        DocumentOutcome.Encoding => "its Content-Encoding is neither gzip nor br, or not what it says",
        DocumentOutcome.Charset => "its charset does not write ASCII as ASCII",
        DocumentOutcome.Base => "its base element sends addresses to another origin",
        DocumentOutcome.TooLong => $"its head does not end within {DocumentHead.MostBytes / 1024} KiB",
        _ => "its head cannot be read safely",
    };

    [LoggerMessage(LogLevel.Warning, "A document of the app was left as it is, without the login link: {Reason}. This is said once; `sidecar.login_link.documents` counts.")]
    private partial void LogLeftAlone(string reason);
}
