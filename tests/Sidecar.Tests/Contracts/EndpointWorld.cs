using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Assertions;
using Sidecar.Contracts;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Tests.Mail;
using Sidecar.Tests.Recovery;
using Sidecar.Throttling;
using Sidecar.Upstream;
using Sidecar.Verification;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Tests.Contracts;

/// <summary>The endpoint over the real flow, with an app whose word on resets is put into its mouth. Its tests run one after the other: the meter is one for all.</summary>
internal sealed class EndpointWorld : IDisposable, IHandoff, IHttpForwarder
{
    private readonly UpstreamClient _upstream;
    private readonly RecoverySwitch _switch;
    private readonly FlowEndpoint _endpoint;
    private readonly MountedContracts _contracts;
    private readonly PathGuard<FlowRoute> _guard = new(Guarded([]));

    public EndpointWorld(LimitCatalog? limits = null, bool isOff = false, AnswerStyle answers = AnswerStyle.Uniform, Func<RecoveryOptions, RecoveryOptions>? options = null, DomainRules? domains = null, string contract = RagflowRoutes.V1)
    {
        _contracts = new([contract], static mounted => Guarded(mounted[0] == GenericRoutes.Contract ? [RagflowRoutes.V1] : mounted));
        Flow = new(defaults => (options ?? (static same => same))(defaults) with { Answers = answers });
        var (clients, forward) = (new ClientAddressResolver(new ClientAddressOptions([])), new ForwardOptions(TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), TimeSpan.FromSeconds(30), ForwardEngine.Yarp));
        _upstream = new(forward, [], new UpstreamTracing(false));
        IReadOnlyList<ListenerOptions> listeners = [new(null, 0, new Uri("http://app.test"))];
        var direct = new DirectForwarders(listeners, forward, new UpstreamTracing(false), clients, OwnHeaders.Default, Flow.Clock);
        var app = new AppForwarder(this, _upstream, forward, listeners, clients, new ForwardErrors(new ForwardFailures(Flow.Clock, NullLogger<AppForwarder>.Instance)), OwnHeaders.Default, direct);
        var tickets = new TicketCarrier(Flow.Options, NullLogger<TicketCarrier>.Instance);
        var proven = new ProvenForward(app, forward, clients, tickets, OwnHeaders.Default);
        var askers = new Askers(new MailOptions(), MailSamples.Templates());
        var notice = new OwnerNotice(Flow.Options, new SmtpOptions { Server = "relay" }, Flow.Outbox, new NoticeMail(Flow.Clock), NullLogger<OwnerNotice>.Instance);
        var reset = new ResetHandover(Flow.Flow, this, proven, Asserted(), tickets, askers, notice, NullLogger<ResetHandover>.Instance);
        var mail = new VerificationMail(new() { Server = "relay" }, Flow.Accounts, Flow.Clock);
        var proof = Flow.Options.Proof;
        var verification = Flow.FlowOf(VerificationOptions.Read(TestSettings.Of(), proof, Flow.Options.CodeLength).Proof(proof), mail);
        _switch = new(isOff ? null : new RecoveryService(Flow.Flow, reset), canComplete: true);
        var (catalog, limiters) = (limits ?? new LimitCatalog(), new AxisLimiters(Flow.Clock, shared: null));
        _endpoint = new(
            _switch,
            new(isOff ? null : new VerificationService(verification, new(verification, new(true, ["/sign-up"], domains ?? DomainRules.None), proven, Asserted())), canComplete: true),
            clients,
            new RequestLimits(limiters.Of(catalog.Client), limiters.Of(catalog.Captcha)),
            new ProxyWarning(NullLogger<ProxyWarning>.Instance),
            new OriginRule(Flow.Options),
            tickets,
            askers,
            new StepTelemetry(Keys, Log),
            _contracts,
            NullLogger<FlowEndpoint>.Instance);
    }

    /// <summary>What the app's requests said of the client, null where nothing.</summary>
    public List<string?> Assertions { get; } = [];

    /// <summary>The app's status.</summary>
    public System.Net.HttpStatusCode AppStatus { get; set; } = System.Net.HttpStatusCode.OK;

    /// <summary>Where the app was asked.</summary>
    public string AppTarget { get; private set; } = "";

    public static AssertionOptions Assertion { get; } = new([new Es256Key("now", ECDsa.Create(ECCurve.NamedCurves.nistP256))], "sidecar", "app", OwnHeaders.DefaultAssertion, TimeSpan.FromSeconds(60));

    public static KeyRing Keys { get; } = KeyRing.Generate();

    public CapturingLogger<StepTelemetry> Log { get; } = new();

    public RecoveryWorld Flow { get; }

    /// <summary>What the app says to a reset; null when it cannot be reached.</summary>
    public string? AppSays { get; set; } = """{"code":0}""";

    /// <summary>Bodies that reached the app.</summary>
    public List<string> Reached { get; } = [];

    /// <summary>Runs while the app has a request.</summary>
    public Func<Task> Meanwhile { get; set; } = static () => Task.CompletedTask;

    public bool HandoffIsDown { get; set; }

    /// <summary>What the app's store was given.</summary>
    public List<HandoffProof> Granted { get; } = [];

    /// <summary>What was taken back.</summary>
    public List<HandoffProof> Revoked { get; } = [];

    public async Task<HttpExchange> SendAsync(string method, string target, string? json = null, string? ticket = null, Action<HttpExchange>? change = null)
    {
        var exchange = new HttpExchange(method);
        if (json is not null)
        {
            exchange.Body(Encoding.UTF8.GetBytes(json), "application/json");
        }

        if (ticket is not null)
        {
            exchange.With("Sidecar-Ticket", ticket);
        }

        change?.Invoke(exchange);
        Assert.True(_guard.TryMatch(target, out var guarded));
        await _endpoint.HandleAsync(exchange.Context, guarded, target);
        return exchange;
    }

    public ValueTask GrantAsync(HandoffProof proof, CancellationToken cancellationToken)
    {
        Granted.Add(proof);
        return HandoffIsDown ? throw new HandoffUnavailableException("down") : ValueTask.CompletedTask;
    }

    public ValueTask RevokeAsync(HandoffProof proof, CancellationToken cancellationToken)
    {
        Revoked.Add(proof);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ForwarderError> SendAsync(HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public async ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer, CancellationToken cancellationToken)
    {
        if (AppSays is null)
        {
            context.Features.Set<IForwarderErrorFeature>(new Unreachable());
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return ForwarderError.Request;
        }

        using (var body = new StreamReader(context.Request.Body))
        {
            Reached.Add(await body.ReadToEndAsync(cancellationToken));
        }

        using (var outgoing = new HttpRequestMessage(HttpMethod.Post, "http://app.test"))
        {
            context.Connection.RemoteIpAddress = System.Net.IPAddress.Loopback;
            await transformer.TransformRequestAsync(context, outgoing, "http://app.test", cancellationToken);
            AppTarget = outgoing.RequestUri!.PathAndQuery;
            Assertions.Add(outgoing.Headers.TryGetValues(OwnHeaders.DefaultAssertion, out var values) ? string.Join(' ', values) : null);
        }

        await Meanwhile();
        using var answer = new HttpResponseMessage(AppStatus) { Content = new StringContent(AppSays, Encoding.UTF8, "application/json") };
        context.Response.StatusCode = (int)AppStatus;
        if (await transformer.TransformResponseAsync(context, answer, cancellationToken))
        {
            await answer.Content.CopyToAsync(context.Response.Body, cancellationToken);
        }

        return ForwarderError.None;
    }

    private static IEnumerable<KeyValuePair<string, FlowRoute>> Guarded(IReadOnlyList<string> mounted) =>
        RagflowRoutes.Guarded(mounted, verification: true, gate: true).Concat(GenericRoutes.Guarded("/app/reset", verification: true, ["/sign-up"]));

    private AssertedRequests Asserted() => new(new AssertionSigner(Assertion, Flow.Clock), OwnHeaders.Default);

    public void Dispose()
    {
        _switch.Dispose();
        _contracts.Dispose();
        _upstream.Dispose();
        Flow.Dispose();
    }

    private sealed class Unreachable : IForwarderErrorFeature
    {
        public ForwarderError Error => ForwarderError.Request;

        public Exception? Exception { get; } = new HttpRequestException(HttpRequestError.ConnectionError);
    }
}
