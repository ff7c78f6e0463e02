using System.Text.RegularExpressions;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>Reads <c>mail.relays[]</c>: each in the words of <c>smtp:</c>, and a name of its own.</summary>
internal static partial class FurtherRelays
{
    /// <summary>What metrics call the relay of a mail that reached none.</summary>
    private const string NoRelay = "none";

    public static IReadOnlyList<SmtpOptions> Read(SettingsSection mail, string directory, SmtpOptions first)
    {
        var relays = new List<SmtpOptions>();
        foreach (var section in mail.Sections("relays"))
        {
            var name = section.Text("name", $"relay-{relays.Count + 2}");
            if (!Name.IsMatch(name))
            {
                section.Reject("name", "is not a name for metrics", "write up to 32 lower-case letters, digits and dashes, such as backup");
            }
            else if (name is SmtpOptions.DefaultName or NoRelay || relays.Exists(other => other.Name == name))
            {
                section.Reject("name", "is taken", $"write another one; `{SmtpOptions.DefaultName}` is the relay of smtp, `{NoRelay}` stands for no relay");
            }

            var relay = SmtpOptions.Read(section, OAuth2Options.Read(section.Section(OAuth2Options.Section), directory), first) with { Name = name };
            if (!relay.IsConfigured)
            {
                section.Reject("mail_server", "is missing", "write the relay's name, such as smtp.example.com, or remove the item");
            }

            relays.Add(relay);
        }

        return relays is [] ? Array.Empty<SmtpOptions>() : relays.AsReadOnly();
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$")]
    private static partial Regex Name { get; }
}
