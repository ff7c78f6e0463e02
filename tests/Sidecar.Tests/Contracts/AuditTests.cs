using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;
using Sidecar.Proof;
using Sidecar.Tests.Recovery;
using Sidecar.Throttling;

namespace Sidecar.Tests.Contracts;

/// <summary>Every request to a recovery path is one decision, and every decision one event, one count and one span that say the same.</summary>
[Collection(nameof(EndpointWorld))]
public sealed class AuditTests : IDisposable
{
    private const string Captcha = "/v1/user/forget/captcha?email=alice@example.com";
    private const string Code = "/v1/user/forget/otp";
    private const string Verify = "/v1/user/forget/verify-otp";
    private const string Reset = "/v1/user/forget/reset-password";
    private const string Right = $$"""{"email":"{{RecoveryWorld.Alice}}","captcha":"{{RecoveryWorld.Answer}}"}""";
    private const string Passwords = $$"""{"email":"{{RecoveryWorld.Alice}}","new_password":"x","confirm_new_password":"x"}""";

    private static readonly string[] FieldNames = ["event", "purpose", "step", "outcome", "address_hash", "client_net", "limit", "trace_id"];
    private static readonly LimitCatalog Tight = new() { Client = new("client") { Permits = 1, Window = TimeSpan.FromMinutes(1) } };
    private static readonly LimitCatalog FewPictures = new() { Captcha = new("captcha") { Permits = 1, Window = TimeSpan.FromMinutes(1) } };

    private readonly ConcurrentQueue<(string Step, string Outcome)> _counts = [];
    private readonly ConcurrentQueue<(string Name, string? Outcome)> _spans = [];
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;

    public AuditTests()
    {
        _meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "sidecar.recovery.steps")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            var words = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => (string)tag.Value!);
            _counts.Enqueue((words["step"], words["outcome"]));
        });
        _meters.Start();
        _activities = new()
        {
            ShouldListenTo = static source => source.Name == SidecarTelemetry.Name,
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.OperationName.StartsWith("recovery ", StringComparison.Ordinal))
                {
                    _spans.Enqueue((activity.OperationName, (string?)activity.GetTagItem("sidecar.outcome")));
                }
            },
        };
        ActivitySource.AddActivityListener(_activities);
    }

    public void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
    }

    [Theory]
    [InlineData("GET", "/v1/user/forget/captcha", null, "captcha", "field_missing")]
    [InlineData("GET", "/v1/user/forget/captcha?email=nonsense", null, "captcha", "invalid_address")]
    [InlineData("GET", Captcha, null, "captcha", "captcha_issued")]
    [InlineData("HEAD", Captcha, null, "captcha", "captcha_issued")]
    [InlineData("OPTIONS", Code, null, "otp", "options")]
    [InlineData("DELETE", Reset, null, "reset", "guarded")]
    [InlineData("POST", "/api/v1/auth/password/reset", "{}", "reset", "guarded")]
    [InlineData("POST", "//v1/user%2fforget", "{}", "reset", "guarded")]
    [InlineData("POST", Code, "{", "otp", "bad_body")]
    [InlineData("POST", Code, "[]", "otp", "bad_body")]
    [InlineData("POST", Code, """{"email":"alice@example.com","captcha":7}""", "otp", "bad_body")]
    [InlineData("POST", Code, """{"email":"alice@example.com"}""", "otp", "field_missing")]
    [InlineData("POST", Code, Right, "otp", "captcha_ended")]
    [InlineData("POST", Verify, """{"email":"alice@example.com","otp":"AAAAAAAA"}""", "verify", "no_live_code")]
    [InlineData("POST", Verify, "nothing", "verify", "bad_body")]
    [InlineData("POST", Reset, "[", "reset", "bad_body")]
    [InlineData("POST", Reset, "{}", "reset", "field_missing")]
    [InlineData("POST", Reset, """{"email":"alice@example.com","new_password":"x","confirm_new_password":"x","Email":"b"}""", "reset", "field_repeated")]
    [InlineData("POST", Reset, Passwords, "reset", "unproven")]
    public async Task Decision_OneRequest_IsToldOnce(string method, string target, string? body, string step, string outcome)
    {
        using var world = new EndpointWorld();

        await world.SendAsync(method, target, body);

        AssertOnly(world, step, outcome);
    }

    [Fact]
    public async Task Decision_PageOfAnotherSite_IsForbidden()
    {
        using var world = new EndpointWorld();

        await world.SendAsync("POST", Code, Right, change: static exchange => exchange.With("Origin", "https://evil.example.net"));

        AssertOnly(world, "otp", "forbidden");
    }

    [Fact]
    public async Task Decision_RecoveryOff_IsOff()
    {
        using var world = new EndpointWorld(isOff: true);

        await world.SendAsync("POST", Code, Right);

        AssertOnly(world, "otp", "off");
    }

    [Fact]
    public async Task Decision_ClientOverItsLimit_NamesTheLimit()
    {
        using var world = new EndpointWorld(Tight);
        await world.SendAsync("GET", Captcha);
        Clear(world);

        await world.SendAsync("POST", Reset, Passwords);

        Assert.Equal("client", AssertOnly(world, "reset", "over_limit")["limit"]);
    }

    [Fact]
    public async Task Decision_TooManyPictures_NamesTheLimit()
    {
        using var world = new EndpointWorld(FewPictures);
        await world.SendAsync("GET", Captcha);
        Clear(world);

        await world.SendAsync("GET", Captcha);

        Assert.Equal("captcha", AssertOnly(world, "captcha", "over_limit")["limit"]);
    }

    [Fact]
    public async Task Decision_EachStepOfAWholeRecovery_IsToldUnderTheAddressesName()
    {
        using var world = new EndpointWorld();
        var ticket = (await ToldAsync("GET", Captcha, null, "", "captcha", "captcha_issued")).Header("Sidecar-Ticket");
        await ToldAsync("POST", Code, Right.Replace(RecoveryWorld.Answer, "WRONG", StringComparison.Ordinal), ticket, "otp", "wrong_captcha");
        ticket = (await ToldAsync("GET", Captcha, null, "", "captcha", "captcha_issued")).Header("Sidecar-Ticket");
        ticket = (await ToldAsync("POST", Code, Right, ticket, "otp", "code_sent")).Header("Sidecar-Ticket");
        ticket = (await ToldAsync("GET", Captcha, null, ticket, "captcha", "captcha_issued")).Header("Sidecar-Ticket");
        await ToldAsync("POST", Code, Right, ticket, "otp", "cooling_down", "cooldown");
        await ToldAsync("POST", Verify, """{"email":"alice@example.com","otp":"A"}""", ticket, "verify", "wrong_code");
        ticket = (await ToldAsync("POST", Verify, $$"""{"email":"alice@example.com","otp":"{{world.Flow.Outbox.LastCode}}"}""", ticket, "verify", "verified")).Header("Sidecar-Ticket");
        world.HandoffIsDown = true;
        await ToldAsync("POST", Reset, Passwords, ticket, "reset", "unavailable");
        world.HandoffIsDown = false;
        world.AppSays = null;
        await ToldAsync("POST", Reset, Passwords, ticket, "reset", "app_unreachable");
        world.AppSays = """{"code":101}""";
        await ToldAsync("POST", Reset, Passwords, ticket, "reset", "refused_by_app");
        world.AppSays = """{"code":0}""";
        await ToldAsync("POST", Reset, Passwords, ticket, "reset", "reset");
        await ToldAsync("POST", Reset, Passwords, ticket, "reset", "unproven");

        async Task<HttpExchange> ToldAsync(string method, string target, string? body, string with, string step, string outcome, string limit = "")
        {
            var exchange = await world.SendAsync(method, target, body, with);
            var told = AssertOnly(world, step, outcome);
            Assert.Equal(EndpointWorld.Keys.Name(RecoveryWorld.Alice).Value, told["address_hash"]);
            Assert.Equal(limit, told["limit"]);
            Clear(world);
            return exchange;
        }
    }

    [Fact]
    public async Task Decision_AnswerNobodyUnderstands_IsUnknown()
    {
        using var world = new EndpointWorld { AppSays = "<html>" };
        var ticket = await world.Flow.VerifiedAsync();

        await world.SendAsync("POST", Reset, Passwords, ticket);

        AssertOnly(world, "reset", "app_unknown");
    }

    [Theory]
    [InlineData("POST", Verify, "locked", "")]
    [InlineData("POST", Code, "locked", "")]
    public async Task Decision_ClosedFlow_IsLocked(string method, string target, string outcome, string limit)
    {
        using var world = new EndpointWorld();
        var ticket = await world.Flow.SentAsync();
        for (var i = 0; i < 5; i++)
        {
            await world.Flow.VerifyAsync(ticket, "A");
        }

        world.Flow.Clock.Advance(TimeSpan.FromSeconds(61));
        ticket = await world.Flow.ShownAsync(ticket: ticket);

        await world.SendAsync(method, target, target == Code ? Right : """{"email":"alice@example.com","otp":"AAAAAAAA"}""", ticket);

        Assert.Equal(limit, AssertOnly(world, target == Code ? "otp" : "verify", outcome)["limit"]);
    }

    [Fact]
    public async Task Decision_SecondFlowOfANetwork_NamesTheLimit()
    {
        using var world = new EndpointWorld();
        await world.Flow.SentAsync(network: HttpExchange.Client.Network);
        world.Flow.Clock.Advance(TimeSpan.FromSeconds(61));
        var ticket = await world.Flow.ShownAsync();

        await world.SendAsync("POST", Code, Right, ticket, static exchange => exchange.Context.Connection.RemoteIpAddress = HttpExchange.Client.Client);

        Assert.Equal("flows", AssertOnly(world, "otp", "too_many_flows")["limit"]);
    }

    [Fact]
    public async Task Decision_UnknownAddressInAppMode_IsTold()
    {
        using var world = new EndpointWorld(answers: AnswerStyle.App);

        await world.SendAsync("GET", "/v1/user/forget/captcha?email=nobody@example.com");

        AssertOnly(world, "captcha", "unknown_address");
    }

    [Fact]
    public async Task Decision_AccountsDownInAppMode_IsUnavailable()
    {
        using var world = new EndpointWorld(answers: AnswerStyle.App);
        world.Flow.Accounts.IsDown = true;

        await world.SendAsync("GET", Captcha);

        AssertOnly(world, "captcha", "unavailable");
    }

    [Fact]
    public async Task Decision_NoRelayWorks_IsTold()
    {
        using var world = new EndpointWorld();
        var ticket = await world.Flow.ShownAsync();
        world.Flow.Outbox.CanDeliver = false;

        await world.SendAsync("POST", Code, Right, ticket);

        AssertOnly(world, "otp", "mail_unavailable");
    }

    [Theory]
    [InlineData(typeof(BadHttpRequestException), "bad_request")]
    [InlineData(typeof(InvalidOperationException), "failed")]
    public async Task Decision_BodyThatCannotBeRead_IsTold(Type error, string outcome)
    {
        using var world = new EndpointWorld();

        await world.SendAsync("POST", Code, "{}", change: exchange => exchange.Context.Request.Body = new FailingBody((Exception)Activator.CreateInstance(error, "no")!));

        AssertOnly(world, "otp", outcome);
    }

    [Fact]
    public async Task Decision_ClientGone_IsTold()
    {
        using var world = new EndpointWorld();

        await world.SendAsync("POST", Code, "{}", change: static exchange =>
        {
            exchange.Context.RequestAborted = new CancellationToken(canceled: true);
            exchange.Context.Request.Body = new FailingBody(new IOException("gone"));
        });

        AssertOnly(world, "otp", "client_gone");
    }

    /// <summary>One event, with all its fields, one count and one span, all saying the same.</summary>
    private IReadOnlyDictionary<string, string> AssertOnly(EndpointWorld world, string step, string outcome)
    {
        var told = Assert.Single(world.Log.Events);
        Assert.Equal(FieldNames, told.Keys);
        Assert.Equal(("recovery.step", "recovery", step, outcome), (told["event"], told["purpose"], told["step"], told["outcome"]));
        Assert.Equal(EndpointWorld.Keys.NetworkName("127.0.0.1"), told["client_net"]);
        Assert.Equal(32, told["trace_id"].Length);
        Assert.Equal((step, outcome), Assert.Single(_counts));
        Assert.Equal(($"recovery {step}", outcome), Assert.Single(_spans));
        return told;
    }

    private void Clear(EndpointWorld world)
    {
        world.Log.Events.Clear();
        _counts.Clear();
        _spans.Clear();
    }

    private sealed class FailingBody(Exception error) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw error;

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => throw error;
    }
}
