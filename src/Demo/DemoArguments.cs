using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Sidecar.Demo.App;

namespace Sidecar.Demo;

/// <summary>What the demo was started with.</summary>
/// <param name="Ports">Where everything listens.</param>
/// <param name="Release">Which releases' app to play.</param>
/// <param name="DisablePasswordLogin">RAGFlow's setting of this name.</param>
/// <param name="IsHelp">Only to say what there is.</param>
internal sealed record DemoArguments(DemoPorts Ports, AppRelease Release, bool DisablePasswordLogin, bool IsHelp)
{
    private const int MostOffset = IPEndPoint.MaxPort - DemoPorts.Highest;

    private static readonly Dictionary<string, AppRelease> Apps = new(StringComparer.Ordinal)
    {
        ["v1-single"] = AppRelease.V1Single,
        ["v1"] = AppRelease.V1,
        ["rest"] = AppRelease.Rest,
        ["rest-go"] = AppRelease.RestGo,
    };

    public static string Help { get; } = $"""
        A demo app behind a running sidecar, with an inbox to read the mails in; all on 127.0.0.1.

          dotnet run --project src/Demo -- [options]

          --app NAME                the RAGFlow releases whose app is played, strictly; without it v1 and rest at once
              v1-single             v0.21.1 - v0.22.1: one call resets, which the app itself answers with success and the old password kept
              v1                    v0.23.0 - v0.25.0
              rest                  v0.25.1 on, Python
              rest-go               v0.26.0 on, Go
          --disable-password-login  as RAGFlow's setting: its page has no form, its login answers as before
          --port-offset N           adds N to every port (0 to {MostOffset})
          --help                    this

        The sidecar's settings are taken from the environment, such as SIDECAR__RECOVERY__COOLDOWN=5s.
        """;

    /// <summary>Anything unknown is a mistake worth a word.</summary>
    public static bool TryParse(IReadOnlyList<string> arguments, [NotNullWhen(true)] out DemoArguments? parsed, out string problem)
    {
        parsed = null;
        problem = "";
        var found = new DemoArguments(new DemoPorts(), AppRelease.Any, DisablePasswordLogin: false, IsHelp: false);
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, given) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            switch (name)
            {
                case "--help" when given is null:
                    found = found with { IsHelp = true };
                    break;
                case "--disable-password-login" when given is null:
                    found = found with { DisablePasswordLogin = true };
                    break;
                case "--port-offset":
                    var text = Value();
                    if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) || offset > MostOffset)
                    {
                        problem = $"--port-offset: '{text}': not a number that fits. Fix: give 0 to {MostOffset}";
                        return false;
                    }

                    found = found with { Ports = new DemoPorts(offset) };
                    break;
                case "--app":
                    var app = Value();
                    if (!Apps.TryGetValue(app, out var release))
                    {
                        problem = $"--app: '{app}': no app of the demo's. Fix: give one of {string.Join(", ", Apps.Keys)}";
                        return false;
                    }

                    found = found with { Release = release };
                    break;
                default:
                    problem = $"{arguments[i]}: unknown option. Fix: see --help";
                    return false;
            }

            string Value() => given ?? (++i < arguments.Count ? arguments[i] : "");
        }

        parsed = found;
        return true;
    }
}
