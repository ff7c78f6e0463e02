using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;
using Sidecar.Throttling;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Limits by client address on paths of the app that are only passed on. It stands before the forwarder only where some are
/// configured, and what it lets by goes on untouched.
/// </summary>
internal sealed class ForwardedLimits(
    IReadOnlyList<ForwardedLimitOptions> rules,
    AxisLimiters limiters,
    ClientAddressResolver clients,
    ProxyWarning proxyWarning,
    AppForwarder forwarder)
{
    private static readonly byte[] Refusal = Encoding.UTF8.GetBytes("""{"code":429,"data":null,"message":"too many requests"}""");

    private readonly PathPatterns _patterns = new([.. rules.Select(static rule => rule.Path)]);
    private readonly AxisLimiter[] _limiters = [.. rules.Select(rule => limiters.Of(rule.Limit))];

    public async Task ForwardAsync(HttpContext context, string target)
    {
        if (await RefusedByAsync(context, target) is { } limit)
        {
            await RefuseAsync(context.Response, limit, hasBody: !HttpMethods.IsHead(context.Request.Method));
        }
        else
        {
            await forwarder.ForwardAsync(context);
        }
    }

    /// <summary>The first limit that refuses; every one that the request meets is charged until then.</summary>
    private async ValueTask<LimitDecision?> RefusedByAsync(HttpContext context, string target)
    {
        foreach (var i in _patterns.Met(target))
        {
            if (rules[i].Methods.Count > 0 && !rules[i].Methods.Contains(context.Request.Method, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            var client = clients.Resolve(context);
            proxyWarning.Look(client);
            var decision = await _limiters[i].AcquireAsync(client.Network, dry: client.LooksProxied, context.RequestAborted);
            if (!decision.Allowed)
            {
                return decision;
            }
        }

        return null;
    }

    private static async Task RefuseAsync(HttpResponse response, LimitDecision limit, bool hasBody)
    {
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.ContentType = "application/json";
        response.ContentLength = Refusal.Length;
        response.Headers.CacheControl = "no-store";
        RateLimitFields.Write(response.Headers, limit);
        if (hasBody)
        {
            await response.Body.WriteAsync(Refusal, CancellationToken.None);
        }
    }
}
