using System.Net;
using Sidecar.Doctor;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Tests.Doctor;

/// <summary>Patients that are well but for what a test says.</summary>
internal static class Patients
{
    public static Patient Of(SmtpOptions relay, MailOptions mail, string? sendTo = null) => new()
    {
        Faults = [],
        Listeners = [new ListenerOptions(IPAddress.Loopback, 8080, new Uri("http://127.0.0.1:9"))],
        App = new HttpMessageInvoker(new SocketsHttpHandler()),
        AppTimeout = TimeSpan.FromSeconds(10),
        Served = static _ => ["ragflow-v1", "ragflow-rest"],
        Mountable = ["ragflow-v1", "ragflow-rest"],
        Accounts = null,
        AccountsTimeout = TimeSpan.FromSeconds(3),
        UsesRedis = false,
        Redis = new RedisOptions(),
        Handoff = new RedisOptions(),
        KeysAreMadeUp = true,
        Relays = [relay],
        Mail = mail,
        SendTo = sendTo,
    };
}
