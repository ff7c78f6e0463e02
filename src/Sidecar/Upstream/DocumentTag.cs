using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Upstream;

/// <summary>One script that the app's HTML documents are to load, and which documents those are.</summary>
internal sealed class DocumentTag
{
    private readonly PathList _paths;

    /// <param name="source">The script, as path and query of this origin; plain ASCII, nothing in it that HTML would read as markup.</param>
    /// <param name="paths">Where the documents are.</param>
    /// <param name="report">Hears what became of each.</param>
    public DocumentTag(string source, PathList paths, DocumentReport report)
    {
        _paths = paths;
        Report = report;
        Source = source;
        Validators = new("-sidecar-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)).AsSpan(0, 4)));
    }

    public string Source { get; }

    public DocumentReport Report { get; }

    /// <summary>Sets the entity tags of documents with this script apart from those without it, or with an older one.</summary>
    public DocumentValidators Validators { get; }

    /// <summary>The script's path, which policies of the app are asked about.</summary>
    public string Path => Source[..(Source.IndexOf('?', StringComparison.Ordinal) is var end and >= 0 ? end : Source.Length)];

    /// <summary>The tag's bytes.</summary>
    /// <param name="nonce">What the app's policy asks for, if anything.</param>
    public byte[] Bytes(string? nonce) =>
        Encoding.ASCII.GetBytes(nonce is null ? $"""<script src="{Source}" defer></script>""" : $"""<script src="{Source}" nonce="{nonce}" defer></script>""");

    /// <summary>Whether one of the documents may be at a target.</summary>
    public bool MayBeAt(ReadOnlySpan<char> pathAndQuery) => _paths.Contains(RequestTarget.Path(pathAndQuery));

    /// <summary>Whether a request asks for one of the documents, as far as a request can tell.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pathAndQuery">Its path and query as sent.</param>
    public bool IsFor(HttpRequest request, string pathAndQuery) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && _paths.Contains(RequestTarget.Path(pathAndQuery))
        && request.Headers["Sec-Fetch-Dest"] is var destination && (destination.Count == 0 || destination == "document")
        && AcceptsHtml(request.Headers.Accept.ToString())
        && request.Headers.Upgrade.Count == 0;

    private static bool AcceptsHtml(string accept) =>
        accept.Length == 0 || accept.Contains("text/html", StringComparison.OrdinalIgnoreCase) || accept.Contains("*/*", StringComparison.Ordinal);
}
