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
    IReadOnlyList<ForwardedLimitOptions> configured,
    AxisLimiters limiters,
    ClientAddressResolver clients,
    ProxyWarning proxyWarning,
    AppForwarder forwarder)
{
    private static readonly byte[] Refusal = Encoding.UTF8.GetBytes("""{"code":429,"data":null,"message":"too many requests"}""");

    private volatile Rules _rules = new(configured, [.. configured.Select(rule => limiters.Of(rule.Limit))]);

    /// <summary>Whether there is anything to limit.</summary>
    public bool Any => _rules.Options.Count > 0;

    /// <summary>Takes other rules. Those that stay, by methods and path, keep what they counted.</summary>
    public void Retune(IReadOnlyList<ForwardedLimitOptions> next)
    {
        var before = _rules;
        var counts = new AxisLimiter[next.Count];
        for (var i = 0; i < counts.Length; i++)
        {
            var at = Enumerable.Range(0, before.Options.Count).Where(at => before.Options[at].Limit.Name == next[i].Limit.Name).Append(-1).First();
            counts[i] = at < 0 ? limiters.Of(next[i].Limit) : before.Limiters[at];
            limiters.Retune(counts[i], next[i].Limit);
        }

        _rules = new(next, counts);
    }

    public async Task ForwardAsync(HttpContext context, string target)
    {
        if (await RefusedByAsync(context, target) is { } limit)
        {
            await RefuseAsync(context.Response, limit, hasBody: !HttpMethods.IsHead(context.Request.Method));
        }
        else
        {
            await forwarder.ForwardAsync(context, target);
        }
    }

    /// <summary>The first limit that refuses; every one that the request meets is charged until then.</summary>
    private async ValueTask<LimitDecision?> RefusedByAsync(HttpContext context, string target)
    {
        var rules = _rules;
        foreach (var i in rules.Patterns.Met(target))
        {
            var methods = rules.Options[i].Methods;
            if (methods.Count > 0 && !methods.Contains(context.Request.Method, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            var client = clients.Resolve(context);
            proxyWarning.Look(client);
            var decision = await rules.Limiters[i].AcquireAsync(client.Network, dry: client.LooksProxied, context.RequestAborted);
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

    /// <summary>What changes together.</summary>
    private sealed record Rules(IReadOnlyList<ForwardedLimitOptions> Options, AxisLimiter[] Limiters)
    {
        public PathPatterns Patterns { get; } = new([.. Options.Select(static rule => rule.Path)]);
    }
}
