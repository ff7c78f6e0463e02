using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Streams that are answers in the making: each part arrives when it is made, and who has gone is not written to.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task Events_EachHeldBackUntilTheLastOneWasSeen_ArriveOneByOne()
    {
        using var seen = new SemaphoreSlim(0);
        await using var app = await LoopbackSite.StartAsync(0, async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 1; i <= 3; i++)
            {
                await context.Response.WriteAsync($"data: event-{i}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await seen.WaitAsync(context.RequestAborted);
            }
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("POST /sse HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        for (var i = 1; i <= 3; i++)
        {
            await connection.ReadUntilAsync($"data: event-{i}\n\n");
            seen.Release();
        }

        Assert.EndsWith("0\r\n\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_BeforeAnyBody_ArrivesAtOnce()
    {
        var answer = new TaskCompletionSource();
        await using var app = await LoopbackSite.StartAsync(0, async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await answer.Task.WaitAsync(context.RequestAborted);
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("GET /sse HTTP/1.1\r\nHost: a\r\n\r\n");

        await connection.ReadUntilAsync("\r\n\r\n");
        answer.SetResult();
    }

    [Fact]
    public async Task Client_GoesAwayMidStream_TheAppIsToldAtOnce()
    {
        var gone = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await LoopbackSite.StartAsync(0, async context =>
        {
            context.RequestAborted.Register(() => gone.TrySetResult(Stopwatch.GetTimestamp()));
            await context.Response.WriteAsync("data: 1\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await connection.SendAsync("GET /sse HTTP/1.1\r\nHost: a\r\n\r\n");
        await connection.ReadUntilAsync("data: 1");

        var left = Stopwatch.GetTimestamp();
        await connection.DisposeAsync();

        var told = await gone.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        // Milliseconds, really; the rest is for machines that have other things to do.
        Assert.True(Stopwatch.GetElapsedTime(left, told) < TimeSpan.FromSeconds(3), $"It took {Stopwatch.GetElapsedTime(left, told)}.");
    }
}
