using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed class RelayHealthTests : IAsyncDisposable
{
    private readonly WatchedTime _time = new();
    private readonly FakeRelay _relay = new();
    private readonly RelayHealth _health;

    public RelayHealthTests() => _health = New(configured: true);

    public async ValueTask DisposeAsync()
    {
        await _health.StopAsync(default);
        _health.Dispose();
    }

    [Fact]
    public void CanDeliver_BeforeTheFirstLook_IsHopeful() => Assert.True(_health.CanDeliver);

    [Fact]
    public async Task CanDeliver_NoRelay_IsFalseAndNothingIsProbed()
    {
        using var health = New(configured: false);
        await health.StartAsync(default);
        await health.ExecuteTask!;

        Assert.False(health.CanDeliver);
        Assert.Equal(0, _relay.Attempts);
        Assert.Contains("mail_server", health.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_RelayGoneAtStart_IsFoundOutAndAskedEveryTwoSeconds()
    {
        var recovered = new TaskCompletionSource();
        _health.Recovered += recovered.SetResult;
        await _health.StartAsync(default);

        for (var i = 0; i < 4; i++)
        {
            (await _relay.NextAsync()).Fail(RelayTrouble.Refused);
            await _time.WaitBegunAsync(TimeSpan.FromSeconds(2));
            Assert.False(_health.CanDeliver);
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        (await _relay.NextAsync()).Take();
        await recovered.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(_health.CanDeliver);
    }

    [Fact]
    public async Task Probe_LoginRejected_AsksMoreAndMoreSeldom()
    {
        await _health.StartAsync(default);

        foreach (var seconds in new[] { 2, 4, 8, 15, 15 })
        {
            (await _relay.NextAsync()).Fail(RelayTrouble.LoginRejected);
            await _time.WaitBegunAsync(TimeSpan.FromSeconds(seconds));
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    /// <summary>A relay that restarts says 421 or 454 for a while, and mail must flow again soon after.</summary>
    [Theory]
    [InlineData(RelayTrouble.TurnedAway, "421 4.3.2", 2)]
    [InlineData(RelayTrouble.LoginUnavailable, "454 4.7.0", 2)]
    [InlineData(RelayTrouble.TurnedAway, "554 5.7.1", 4)]
    internal async Task Probe_RelayIsBusy_IsAskedAgainSoon(RelayTrouble trouble, string status, int secondPause)
    {
        await _health.StartAsync(default);

        foreach (var seconds in new[] { 2, secondPause })
        {
            (await _relay.NextAsync()).Answer.SetResult(RelayFailure.Of(trouble, FakeRelay.Smtp, new MailOptions(), status));
            await _time.WaitBegunAsync(TimeSpan.FromSeconds(seconds));
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    [Fact]
    public async Task Report_RelayFails_ProbesUntilItIsBack()
    {
        var recovered = new TaskCompletionSource();
        _health.Recovered += recovered.SetResult;
        await _health.StartAsync(default);
        (await _relay.NextAsync()).Take();
        await LookedAsync();

        _health.Report(FakeRelay.Failure(RelayTrouble.Dropped));
        Assert.False(_health.CanDeliver);
        Assert.Contains("hung up", _health.Detail, StringComparison.Ordinal);
        await _time.WaitBegunAsync(TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(2));
        (await _relay.NextAsync()).Take();

        await recovered.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(_health.CanDeliver);
    }

    [Theory]
    [InlineData(RelayTrouble.RecipientRefused)]
    [InlineData(RelayTrouble.SenderRefused)]
    [InlineData(RelayTrouble.MessageRefused)]
    [InlineData(RelayTrouble.Busy)]
    [InlineData(RelayTrouble.Slow)]
    internal void Report_NotTheRelaysOwnFailure_StaysUp(RelayTrouble trouble)
    {
        _health.Report(FakeRelay.Failure(trouble));

        Assert.True(_health.CanDeliver);
    }

    /// <summary>Waits until the first look has been taken note of, which would otherwise undo a report that came before.</summary>
    private async Task LookedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_health.Detail.Length > 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private RelayHealth New(bool configured) =>
        new(configured, token => _relay.SendAsync(new Message("", "", "", ""), token), _time, NullLogger<RelayHealth>.Instance);
}
