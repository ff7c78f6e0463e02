using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Contracts;

/// <summary>Finds out who asks, from what every request carries anyway, whether or not there is somebody to mail.</summary>
internal sealed class Askers(MailOptions options, MailTemplates templates)
{
    public Asker Of(HttpRequest request, ClientAddress client) => new(
        options.LanguageFromRequest && LanguageTag.Lookup(AcceptedLanguages.Read(request.Headers.AcceptLanguage), templates.Languages) is { } language ? language : "",
        CoarseOrigin.Of(request.Headers.UserAgent.ToString(), client.Client));
}
