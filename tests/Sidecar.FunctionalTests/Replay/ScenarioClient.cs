using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>What one exchange came to in this run.</summary>
internal sealed record Played(Answer Answer, IReadOnlyList<string> Recipients, TimeSpan Duration);

/// <summary>
/// The client of one scenario: its cookies, the captcha text and codes it knows, and the mails it has seen. One scenario,
/// one client, since a flow belongs to whom it was given.
/// </summary>
internal sealed class ScenarioClient : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MailTimeout = TimeSpan.FromSeconds(3);
    private const int Cooldown = 60;

    private readonly IReplayWorld world;
    private readonly IReadOnlyDictionary<string, Route> routes;
    private readonly CookieJar jar = new(TimeProvider.System);
    private readonly MailedCodes codes = new();
    private readonly PasswordCipher cipher;
    private readonly RequestTranslation translation;
    private readonly DevelopmentClock clock;
    private int mailsSeen;

    public ScenarioClient(IReplayWorld world, IReadOnlyDictionary<string, Route> routes)
    {
        this.world = world;
        this.routes = routes;
        cipher = new PasswordCipher(world.PublicKeyPem);
        translation = new RequestTranslation(codes, cipher, world.CaptchaAnswer);
        clock = new DevelopmentClock(world, TimeProvider.System);
    }

    public Task AdvanceAsync(int seconds, CancellationToken cancellationToken) => clock.AdvanceAsync(seconds, cancellationToken);

    public async Task<Played> PlayAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await SendAsync(exchange.Request, cancellationToken, step: exchange.Index);
        var duration = Stopwatch.GetElapsedTime(started);
        translation.StoredCaptcha = exchange.CaptchaText ?? translation.StoredCaptcha;

        var mails = await NewMailsAsync(wait: answer is { Code: 0, Message: "verification passed, email sent" }, cancellationToken);
        if (exchange.Mail is { } recorded && mails is [.., { Code: { } code }])
        {
            codes.Add(recorded.Code, code);
        }

        if (mails.Count > 0)
        {
            clock.CountFrom(started);
        }

        return new(answer, [.. mails.Select(m => m.Recipient)], duration);
    }

    /// <summary>Makes an address verified for this client, the only way there is. Says what went wrong, if something did.</summary>
    public async Task<string?> ProveAsync(string address, CancellationToken cancellationToken)
    {
        if (mailsSeen > 0)
        {
            await clock.AdvanceAsync(Cooldown, cancellationToken);
        }

        var picture = await SendAsync(Request("captcha", null) with { Query = "email=" + Uri.EscapeDataString(address) }, cancellationToken);
        if (picture.Kind != Answer.Image)
        {
            return $"captcha for {address} answered {picture}";
        }

        var otp = await SendAsync(Request("otp", new() { ["email"] = address, ["captcha"] = world.CaptchaAnswer }), cancellationToken);
        var mails = await NewMailsAsync(wait: otp.Code == 0, cancellationToken);
        if (mails is not [{ Code: { } code }])
        {
            return $"otp for {address} answered {otp} and sent {mails.Count.ToString(CultureInfo.InvariantCulture)} mails";
        }

        var verify = await SendAsync(Request("verify", new() { ["email"] = address, ["otp"] = code }), cancellationToken);
        return verify.Code == 0 ? null : $"verify for {address} answered {verify}";
    }

    /// <summary>Mails that came after the answer they belong to was compared.</summary>
    public Task<IReadOnlyList<ReceivedMail>> LateMailsAsync(CancellationToken cancellationToken) => NewMailsAsync(wait: false, cancellationToken);

    public void Dispose() => cipher.Dispose();

    private RecordedRequest Request(string step, JsonObject? body) => new(routes[step].Method, routes[step].Path, null, body, null);

    private async Task<Answer> SendAsync(RecordedRequest recorded, CancellationToken cancellationToken, int? step = null)
    {
        var request = translation.Translate(recorded, world.BaseUrl, jar.Header, asRecorded: step is not null);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(AnswerTimeout);
        try
        {
            var response = await RawHttp.SendAsync(request, bound.Token);
            jar.Store(response.Values("Set-Cookie"));
            if (step is { } index && response.Value("Authorization") is { } authorization)
            {
                translation.Issued[index] = authorization;
            }

            return Answer.Of(response);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Answer.None(failure.Message);
        }
    }

    private async Task<IReadOnlyList<ReceivedMail>> NewMailsAsync(bool wait, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var all = await world.Mailbox.ReadAsync(cancellationToken);
            if (all.Count > mailsSeen || !wait || Stopwatch.GetElapsedTime(started) > MailTimeout)
            {
                IReadOnlyList<ReceivedMail> fresh = [.. all.Skip(mailsSeen)];
                mailsSeen = all.Count;
                return fresh;
            }

            await Task.Delay(20, cancellationToken);
        }
    }
}
