using System.Globalization;
using System.Text.Json.Nodes;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>
/// Is the stand-in what the app is? Of the recordings it is asked, without a sidecar, whatever it serves itself: logins, sessions and
/// resets. What the recording verified, or flagged by hand, is flagged here. Nothing is on a list.
/// </summary>
public sealed class StandInTests
{
    [Theory]
    [InlineData("v1", nameof(AppRelease.V1))]
    [InlineData("v1", nameof(AppRelease.Any))]
    [InlineData("rest", nameof(AppRelease.Rest))]
    [InlineData("rest", nameof(AppRelease.Any))]
    public async Task Recording_PlayedToTheStandIn_IsAnsweredAlike(string contract, string release)
    {
        var flags = new HandSetFlags();
        await using var app = await DemoApp.StartAsync(new(flags) { ExtraUsers = StandInUsers.Extra, Release = Enum.Parse<AppRelease>(release) });
        var users = new StandInUsers(app);
        var recording = Recording.Load(contract);
        string[] traps = [recording.Routes["captcha"].Path, recording.Routes["otp"].Path, recording.Routes["verify"].Path];
        var differences = new List<string>();
        var played = 0;

        // S80 takes the app's Redis away, which the stand-in does not look into here.
        foreach (var scenario in recording.Scenarios.Where(static s => s.Id != "S80"))
        {
            users.Reset();
            flags.Verified.Clear();
            using var cipher = new PasswordCipher(app.Cipher.PublicKeyPem);
            var translation = new RequestTranslation(new MailedCodes(), cipher, "FIXED");
            foreach (var step in scenario.Steps)
            {
                switch (step)
                {
                    case ProveAddress prove:
                        flags.Verified.Add(prove.Address);
                        break;
                    case LogOut logOut:
                        app.Users.LogOut(app.Users.Find(logOut.Address)!);
                        break;
                    case Exchange { Request: var request, Answer: { Code: 0 } } when request.Path == recording.Routes["verify"].Path:
                        flags.Verified.Add((string)request.Json!["email"]!);
                        break;
                    case Exchange exchange when !traps.Contains(exchange.Request.Path) && !IsTrapOfAny(release, exchange):
                        played++;
                        differences.AddRange((await DifferencesAsync(app, translation, exchange)).Select(d => $"{scenario.Id} step {exchange.Index.ToString(CultureInfo.InvariantCulture)}: {d}"));
                        break;
                }
            }
        }

        Assert.Empty(differences);
        Assert.InRange(played, 60, 200);
    }

    /// <summary>Where no release of the contract serves anything, the app that plays several has a trap.</summary>
    private static bool IsTrapOfAny(string release, Exchange exchange) => release == nameof(AppRelease.Any) && exchange.Request.Path == AppPaths.V1Single.Reset;

    private static async Task<IReadOnlyList<string>> DifferencesAsync(DemoApp app, RequestTranslation translation, Exchange exchange)
    {
        var response = await RawHttp.SendAsync(translation.Translate(exchange.Request, app.Address, cookies: null), TestContext.Current.CancellationToken);
        if (response.Value("Authorization") is { } authorization)
        {
            translation.Issued[exchange.Index] = authorization;
        }

        return AnswerComparison.Differences(exchange.Answer, Answer.Of(response));
    }

    /// <summary>The app's flags, as whoever stands beside its Redis sets them.</summary>
    private sealed class HandSetFlags : IVerifiedFlags
    {
        public HashSet<string> Verified { get; } = new(StringComparer.Ordinal);

        public ValueTask<bool> IsVerifiedAsync(string email) => ValueTask.FromResult(Verified.Contains(email));

        public ValueTask ClearAsync(string email)
        {
            Verified.Remove(email);
            return ValueTask.CompletedTask;
        }
    }
}
