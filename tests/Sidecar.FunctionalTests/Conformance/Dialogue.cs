using System.Diagnostics;

namespace Sidecar.FunctionalTests.Conformance;

/// <summary>What both ends saw of an exchange.</summary>
/// <param name="Requests">What the app saw.</param>
/// <param name="Answers">What the client saw, interim answers among them.</param>
/// <param name="ClientsEnd">How the connection ended for the client, where the exchange waits for that or the answer is not whole.</param>
/// <param name="Noticed">How long it took one side to see the other's end, where the exchange waits for that.</param>
/// <param name="Held">The turns, by number, that the other side did not get; 0 is the first.</param>
internal sealed record Sight(IReadOnlyList<WireMessage> Requests, IReadOnlyList<WireMessage> Answers, Ending ClientsEnd, TimeSpan Noticed, IReadOnlyList<int> Held);

/// <summary>Plays both ends of an exchange on raw sockets.</summary>
internal sealed class Dialogue(Exchange exchange, AppEnd app, int port) : IDisposable
{
    /// <summary>After so long nothing comes any more. Only what is wrong, or held back by design, waits for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly List<int> _held = [];
    private readonly List<Step> _said = [];
    private TimeSpan _noticed;
    private Peer? _client;

    /// <param name="exchange">What is said.</param>
    /// <param name="app">Who answers.</param>
    /// <param name="port">Where the client connects: the app's own port, or a sidecar's.</param>
    public static async Task<Sight> PlayAsync(Exchange exchange, AppEnd app, int port)
    {
        app.Clear();
        using var dialogue = new Dialogue(exchange, app, port);
        var sight = await dialogue.PlayAsync();
        app.Clear();
        return sight;
    }

    public void Dispose() => _client?.Dispose();

    private Peer Client => _client!;

    private async Task<Sight> PlayAsync()
    {
        _client = await Peer.ConnectAsync(port);
        for (var i = 0; i < exchange.Steps.Length; i++)
        {
            var step = exchange.Steps[i];
            if (!await TakeAsync(step))
            {
                _held.Add(i);
                break;
            }
        }

        if (_held.Count == 0 && !exchange.Steps.Any(static step => step is { Side: Side.App, Act: Act.SeeEnd }))
        {
            await UntilAsync(() => Ended(Client) || IsWhole(ClientSees()));
        }

        return new(AppSees(), ClientSees(), IsWhole(ClientSees()) && !exchange.Steps.Any(static step => step is { Side: Side.Client, Act: Act.SeeEnd }) ? Ending.None : Client.Ending, _noticed, _held);
    }

    /// <summary>Takes a turn, and waits until the other side has it.</summary>
    private async Task<bool> TakeAsync(Step step)
    {
        if (step is { Side: Side.App, Act: Act.Send } && exchange.Steps[0].Act == Act.Pipeline)
        {
            var answered = WireReader.Answers(Said(Side.App), Methods(), hasEnded: false).Count;
            await UntilAsync(() => AppSees().Count(static request => request.IsComplete) > answered);
        }

        var peer = step.Side == Side.Client ? Client : app.Current;
        if (peer is null)
        {
            // Nobody came: somebody else has answered.
            return false;
        }

        // Otherwise an answer tells that nothing more is read; one that came before tells nothing.
        var wasAnswered = IsWhole(ClientSees());
        switch (step.Act)
        {
            case Act.HalfClose:
                peer.HalfClose();
                // Time for whoever stands between to think about it; nobody says when he has.
                await Task.Delay(Pause, TestContext.Current.CancellationToken);
                return true;
            case Act.Close:
                await peer.CloseAsync();
                return true;
            case Act.Reset:
                peer.Reset();
                return true;
            case Act.SeeEnd:
                var started = Stopwatch.GetTimestamp();
                var seen = await UntilAsync(() => Ended(peer));
                _noticed = Stopwatch.GetElapsedTime(started);
                return seen;
            case Act.Mutter:
                await peer.SendAsync(step.Bytes);
                return true;
            case Act.Pipeline:
                _said.Add(step);
                await peer.SendAsync(step.Bytes);
                return true;
            case Act.Dribble:
                _said.Add(step);
                await peer.SendAsync(step.Bytes, atOnce: 1);
                break;
            default:
                _said.Add(step);
                await peer.SendAsync(step.Bytes);
                break;
        }

        return step.Side == Side.Client
            ? await UntilAsync(() => Has(AppSees(), WireReader.Requests(Said(Side.Client))) || (!wasAnswered && IsWhole(ClientSees()))) && Has(AppSees(), WireReader.Requests(Said(Side.Client)))
            : await UntilAsync(() => Has(ClientSees(), WireReader.Answers(Said(Side.App), Methods(), hasEnded: false)));
    }

    /// <summary>Whether the client holds its body back until it is told to go on.</summary>
    private bool IsWaitedFor => exchange.Steps[0].Bytes.Contains("Expect: 100-continue", StringComparison.Ordinal);

    private string Said(Side side) => string.Concat(_said.Where(step => step.Side == side).Select(static step => step.Bytes));

    private List<string> Methods() => [.. WireReader.Requests(Said(Side.Client)).Select(static request => request.Line.Split(' ')[0])];

    private IReadOnlyList<WireMessage> AppSees() => WireReader.Requests(app.Received);

    private IReadOnlyList<WireMessage> ClientSees() => WireReader.Answers(Client.Received, Methods(), Client.Ending == Ending.Closed);

    private static bool Ended(Peer peer) => peer.Ending != Ending.None;

    /// <summary>Whether as many answers as there were requests are there to the end.</summary>
    private bool IsWhole(IReadOnlyList<WireMessage> answers) =>
        answers.Count(static answer => !answer.IsInterim) is > 0 and var finals && finals >= Methods().Count && answers[^1] is { IsComplete: true, IsInterim: false };

    /// <summary>Whether everything that was said has come. An interim answer may get lost, but for the one that a client waits for.</summary>
    private bool Has(IReadOnlyList<WireMessage> seen, IReadOnlyList<WireMessage> said)
    {
        var (there, wanted) = (Finals(seen), Finals(said));
        return there.Count >= wanted.Count && !wanted.Where((message, i) => there[i].Body.Length < message.Body.Length || (message.IsComplete && !there[i].IsComplete)).Any();

        List<WireMessage> Finals(IReadOnlyList<WireMessage> messages) => [.. messages.Where(message => !message.IsInterim || (message.Status == "100" && IsWaitedFor))];
    }

    private static async Task<bool> UntilAsync(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                return false;
            }

            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        return true;
    }
}
