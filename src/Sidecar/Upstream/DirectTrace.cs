using System.Diagnostics;
using Sidecar.Hosting;
using Sidecar.Http1;

namespace Sidecar.Upstream;

/// <summary>The span of one direct exchange; made only where traces go somewhere. Names are those of the runtime's own client.</summary>
internal sealed class DirectTrace : IDisposable
{
    private readonly Activity? _span;

    private DirectTrace(Activity? span) => _span = span;

    public static DirectTrace Start(string method, string pathAndQuery, UpstreamAddress server)
    {
        var span = SidecarTelemetry.Source.StartActivity(DirectMetrics.MethodOf(method), ActivityKind.Client);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("http.request.method", DirectMetrics.MethodOf(method)).SetTag("server.address", server.Host).SetTag("server.port", server.Port)
                .SetTag("url.full", $"http://{server.Host}:{server.Port}{RequestTarget.Path(pathAndQuery)}").SetTag("network.protocol.version", "1.1");
        }

        return new(span);
    }

    /// <summary>Whether a header of the client's is replaced by what this says.</summary>
    public static bool Owns(string name)
    {
        foreach (var field in DistributedContextPropagator.Current.Fields)
        {
            if (name.Equals(field, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public void AddTo(HeadWriter head) =>
        DistributedContextPropagator.Current.Inject(_span ?? Activity.Current, head, static (head, name, value) => ((HeadWriter)head!).AddField(name, value));

    public void Answered(int status)
    {
        _span?.SetTag("http.response.status_code", status);
        if (status >= 400)
        {
            _span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", DirectMetrics.ErrorOf(status));
        }
    }

    public void Failed(string error) => _span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error);

    public void Dispose() => _span?.Dispose();
}
