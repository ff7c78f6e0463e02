using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Contracts;

/// <summary>Finds out who asks, from what every request carries anyway, whether or not there is somebody to mail.</summary>
internal sealed class Askers(MailOptions options, MailTemplates templates)
{
    /// <param name="request">The request.</param>
    /// <param name="client">Whose it is.</param>
    /// <param name="chosen">The language chosen by hand; empty where there is only what the browser asks for.</param>
    public Asker Of(HttpRequest request, ClientAddress client, string chosen = "")
    {
        var wanted = AcceptedLanguages.Read(request.Headers.AcceptLanguage);
        return new(
            options.LanguageFromRequest && LanguageTag.Lookup(chosen.Length > 0 ? [chosen, .. wanted] : wanted, templates.Languages) is { } language ? language : "",
            CoarseOrigin.Of(request.Headers.UserAgent.ToString(), client.Client));
    }
}
