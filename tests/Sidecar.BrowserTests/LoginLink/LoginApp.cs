using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.BrowserTests.LoginLink;

/// <summary>An app with a login that is rendered late by its own script, behind a sidecar that adds the login link.</summary>
internal sealed class LoginApp : IAsyncDisposable
{
    private readonly WebApplication app;

    private LoginApp(WebApplication app, SidecarProcess sidecar) => (this.app, Sidecar) = (app, sidecar);

    public SidecarProcess Sidecar { get; }

    public Uri Url => new(Sidecar.BaseUrl, "/login");

    /// <param name="page">The file beside this one that is the app.</param>
    /// <param name="policy">Its Content-Security-Policy, if it has one.</param>
    /// <param name="settings">More settings.</param>
    public static async Task<LoginApp> StartAsync(string page, string? policy, params string[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddResponseCompression(static options => options.Providers.Add<BrotliCompressionProvider>());
        var app = builder.Build();
        app.UseResponseCompression();
        app.Run(context =>
        {
            var path = context.Request.Path.Value!;
            var script = path.EndsWith(".js", StringComparison.Ordinal);
            context.Response.ContentType = script ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8";
            if (policy is not null)
            {
                context.Response.Headers.ContentSecurityPolicy = policy;
            }

            return path == "/user/forget" ? context.Response.WriteAsync("<!doctype html><title>Recovery</title><h1>Recovery</h1>") : context.Response.WriteAsync(Read(script ? page + ".js" : page + ".html"));
        });
        await app.StartAsync();
        try
        {
            return new(app, await SidecarProcess.StartAsync(new() { Upstream = new(app.Urls.Single()), Settings = ["pages.login_link.enabled=true", .. settings] }));
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    private static string Read(string name) => File.ReadAllText(RepositoryRoot.Combine("tests", "Sidecar.BrowserTests", "LoginLink", name), Encoding.UTF8);
}
