using System.Net;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>
/// Forwards one request for a document and puts our script into the answer, if it is one. Everything is decided before the
/// first byte goes out; a document that cannot have the script goes on as it came.
/// </summary>
internal sealed class DocumentTransformer(ClientAddressResolver clients, OwnHeaders own, DocumentTag tag) : StreamTransformer(clients, own)
{
    private readonly ClientAddressResolver _clients = clients;
    private bool _isCondition;

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var (incoming, outgoing) = (httpContext.Request.Headers, proxyRequest.Headers);
        // A browser's copy from before the script was added must not be confirmed; a date does not tell which copy it has.
        outgoing.Remove("If-Modified-Since");
        if (incoming.IfNoneMatch.Count > 0)
        {
            outgoing.Remove("If-None-Match");
            if (tag.Validators.Unmark(incoming.IfNoneMatch) is { } condition)
            {
                outgoing.TryAddWithoutValidation("If-None-Match", condition);
                _isCondition = true;
            }
        }

        if (incoming.IfRange.Count > 0 && !incoming.IfRange.ToString().EndsWith('"'))
        {
            outgoing.Remove("If-Range");
            outgoing.Remove("Range");
        }

        var accepted = incoming.AcceptEncoding.ToString();
        if (accepted.Length > 0 && BodyCoding.Known(accepted) is var known && known != accepted)
        {
            outgoing.Remove("Accept-Encoding");
            outgoing.TryAddWithoutValidation("Accept-Encoding", known);
        }
    }

    protected override async ValueTask ReviseAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        var response = httpContext.Response;
        if (proxyResponse.StatusCode == HttpStatusCode.NotModified && _isCondition)
        {
            DocumentHeaders.Mark(response, tag);
            return;
        }

        if (!DocumentHeaders.IsDocument(response))
        {
            return;
        }

        var outcome = DocumentHeaders.Obstacle(response.Headers) is var obstacle and not DocumentOutcome.Tagged ? obstacle
            : !Allows(httpContext, [], out _) ? DocumentOutcome.Policy
            : HttpMethods.IsHead(httpContext.Request.Method) ? MarkHead(response)
            : await InsertAsync(httpContext, proxyResponse, cancellationToken);
        tag.Report.Add(outcome);
    }

    /// <summary>The head alone does not say how long the document would be.</summary>
    private DocumentOutcome MarkHead(HttpResponse response)
    {
        DocumentHeaders.Mark(response, tag);
        return DocumentOutcome.Tagged;
    }

    private async ValueTask<DocumentOutcome> InsertAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        var response = httpContext.Response;
        var length = response.ContentLength;
        var coding = BodyCoding.Of(response.Headers.ContentEncoding.ToString())!;
        var head = await DocumentHead.ReadAsync(await proxyResponse.Content.ReadAsStreamAsync(cancellationToken), coding, cancellationToken);
        string? nonce = null;
        var outcome = head.Outcome != DocumentOutcome.Tagged ? head.Outcome
            : Allows(httpContext, head.Policies, out nonce) ? DocumentOutcome.Tagged
            : DocumentOutcome.Policy;
        if (outcome != DocumentOutcome.Tagged)
        {
            proxyResponse.Content = new StreamContent(head.Untouched());
            return outcome;
        }

        var inserted = tag.Bytes(nonce);
        proxyResponse.Content = new StreamContent(head.With(inserted, isStream: length is null));
        DocumentHeaders.Mark(response, tag);
        if (coding.IsIdentity)
        {
            response.ContentLength = length + inserted.Length;
        }

        return DocumentOutcome.Tagged;
    }

    private bool Allows(HttpContext httpContext, IReadOnlyList<string> metas, out string? nonce)
    {
        var request = httpContext.Request;
        // Here a proxy nobody configured may be believed: who lies about it spoils only his own page.
        var isHttps = _clients.Resolve(httpContext).IsHttps || request.Headers["X-Forwarded-Proto"].ToString().EndsWith("https", StringComparison.OrdinalIgnoreCase);
        return DocumentPolicy.Allows(httpContext.Response.Headers.ContentSecurityPolicy, metas, new(isHttps, request.Host, tag.Path), out nonce);
    }
}
