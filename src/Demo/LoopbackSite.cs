using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Sidecar.Demo;

/// <summary>
/// A bare Kestrel on 127.0.0.1 with one handler. Built empty, so that neither the environment (<c>ASPNETCORE_URLS</c>) nor
/// ASP.NET's case-insensitive routing changes what the demo's sites answer, and without a hold on the process's signals.
/// </summary>
internal sealed class LoopbackSite : IAsyncDisposable
{
    private readonly WebApplication _web;

    private LoopbackSite(WebApplication web)
    {
        _web = web;
        Address = new Uri(web.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }

    public Uri Address { get; }

    /// <param name="port">0 takes any free one.</param>
    /// <param name="handler">Answers every request.</param>
    public static async Task<LoopbackSite> StartAsync(int port, RequestDelegate handler)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, Unattended>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            // Slow uploads are one of the things to be shown.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        var web = builder.Build();
        web.UseWebSockets();
        web.Run(handler);
        try
        {
            await web.StartAsync();
            return new LoopbackSite(web);
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Streams of the demo never end by themselves; the stop must not wait for them.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
    }

    private sealed class Unattended : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
