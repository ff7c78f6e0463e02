using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Pages;

/// <summary>
/// Makes the reset that the app's own frontend would send, and hands it over as if it had come over the wire, but into a
/// response of its own: of the app's answer, which may hold a session, the page gets nothing but how it ended.
/// </summary>
/// <param name="encodings">How the app of a contract wants a password.</param>
/// <param name="resets">The resets to try, the likeliest first.</param>
/// <param name="telemetry">Tells what became of it.</param>
internal sealed class PageReset(Func<string, PasswordEncoding> encodings, Func<IReadOnlyList<FlowRoute>> resets, StepTelemetry telemetry)
{
    /// <summary>What the app needs to know of who asked.</summary>
    private static readonly string[] Passed = ["User-Agent", "Accept-Language", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP"];

    private static readonly CodeGenerator Codes = new(CodeGenerator.MaxLength);

    private volatile string _preferred = "";

    public async Task<HandoverEnd> SetAsync(ResetHandover handover, PageForm form, string password)
    {
        var (address, client) = (form.State.Address, form.Client);
        var end = HandoverEnd.Absent;
        foreach (var route in resets().OrderBy(route => route.Path != _preferred))
        {
            var encoding = encodings(route.Contract);
            // The page has proven the address already; where the app compares a code, any will do that it is told of.
            var code = route.Words.Handover == HandoverForm.CodeRecord ? Codes.Next() : "";
            var body = Body(route.Contract, address, code, encoding.Encode(password), encoding.Encode(password));
            var context = Request(form, route.Path, body);
            using var decision = telemetry.Begin(route with { Contract = StepTelemetry.Pages }, client);
            end = await handover.HandOverAsync(new(context, route, client, form.Ticket, decision), address, body, code);
            if (end == HandoverEnd.Accepted)
            {
                _preferred = route.Path;
            }

            if (end != HandoverEnd.Absent)
            {
                break;
            }
        }

        return end;
    }

    private static DefaultHttpContext Request(PageForm form, string path, byte[] body)
    {
        var page = form.Context;
        var context = new DefaultHttpContext { RequestServices = page.RequestServices };
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = path;
        context.Connection.RemoteIpAddress = page.Connection.RemoteIpAddress;
        context.Connection.LocalPort = page.Connection.LocalPort;
        var request = context.Request;
        (request.Method, request.Protocol, request.Scheme, request.Host, request.Path) = (HttpMethods.Post, page.Request.Protocol, page.Request.Scheme, page.Request.Host, path);
        foreach (var name in Passed)
        {
            if (page.Request.Headers.TryGetValue(name, out var value))
            {
                request.Headers[name] = value;
            }
        }

        if (form.State.Language.Length > 0)
        {
            // Chosen on the page: what follows is written in it.
            request.Headers.AcceptLanguage = form.State.Language;
        }

        request.ContentType = "application/json";
        request.ContentLength = body.Length;
        return context;
    }

    private static byte[] Body(string contract, string address, string code, string password, string repeat)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("email"u8, address);
            if (code.Length > 0)
            {
                writer.WriteString("otp"u8, code);
            }

            if (contract == GenericRoutes.Contract)
            {
                writer.WriteString("password"u8, password);
            }
            else
            {
                writer.WriteString("new_password"u8, password);
                writer.WriteString("confirm_new_password"u8, repeat);
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
