using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Hosting;

/// <summary>
/// A trace for what is logged of one request where no collector asked for one. The server would make one for every request
/// that it forwards in silence, too, and that is a tenth of what forwarding costs.
/// </summary>
internal static class LoggedTrace
{
    /// <summary>Begins it, as part of the client's if that named one; null where there is one already.</summary>
    public static Activity? Start(HttpContext context)
    {
        if (Activity.Current is not null)
        {
            return null;
        }

        var activity = new Activity("Sidecar.Request");
        DistributedContextPropagator.Current.ExtractTraceIdAndState(
            context.Request.Headers,
            static (headers, name, out value, out values) => (value, values) = (((IHeaderDictionary)headers!)[name], null),
            out var parent,
            out var state);
        if (!string.IsNullOrEmpty(parent))
        {
            activity.SetParentId(parent).TraceStateString = state;
        }

        return activity.Start();
    }
}
