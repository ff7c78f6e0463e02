using Microsoft.Extensions.Time.Testing;
using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

public sealed class MemoryOtpStoreTests : OtpStoreContract
{
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryOtpStore _store;

    public MemoryOtpStoreTests() => _store = new MemoryOtpStore(_time, new StoreOptions());

    private protected override IOtpStore Store => _store;

    protected override void Advance(TimeSpan by) => _time.Advance(by);

    [Fact]
    public async Task Issue_StoreFull_RefusesNewFlowsAndKeepsLiveOnes()
    {
        var store = new MemoryOtpStore(_time, new StoreOptions { MaxFlows = 2 });
        FlowKey[] flows = [Stranger(), Stranger(), Stranger()];
        await store.IssueAsync(Request(flows[0]), default);
        await store.IssueAsync(Request(flows[1]), default);

        var refused = await store.IssueAsync(Request(flows[2]), default);

        Assert.Equal(IssueOutcome.StoreFull, refused.Outcome);
        Assert.Equal(AttemptOutcome.Counted, (await store.AttemptAsync(flows[0], default)).Outcome);
    }

    [Fact]
    public async Task Issue_FullOfEndedFlows_HasRoom()
    {
        var store = new MemoryOtpStore(_time, new StoreOptions { MaxFlows = 2 });
        await store.IssueAsync(Request(Stranger()), default);
        await store.IssueAsync(Request(Stranger()), default);
        await store.IssueAsync(Request(Stranger()), default);

        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(IssueOutcome.Issued, (await store.IssueAsync(Request(Stranger()), default)).Outcome);
    }

    [Fact]
    public async Task SpendCaptcha_StoreFull_RefusesRatherThanForgets()
    {
        var store = new MemoryOtpStore(_time, new StoreOptions { MaxFlows = 1 });
        var remaining = TimeSpan.FromSeconds(40);
        var address = Stranger().Address;
        await store.SpendCaptchaAsync(address, "a", remaining, default);

        Assert.False(await store.SpendCaptchaAsync(address, "b", remaining, default));
        _time.Advance(remaining);
        Assert.True(await store.SpendCaptchaAsync(address, "b", remaining, default));
    }

    [Fact]
    public async Task Attempt_ManyAtOnce_NeverCountsASixth()
    {
        var flow = NewFlow();
        await IssueAsync(flow);
        var counted = 0;

        await Parallel.ForAsync(0, 1000, async (_, cancellationToken) =>
        {
            if ((await _store.AttemptAsync(flow, cancellationToken)).Outcome == AttemptOutcome.Counted)
            {
                Interlocked.Increment(ref counted);
            }
        });

        Assert.Equal(5, counted);
    }

    private static FlowKey Stranger() => new(Purpose.Recovery, new AddressName(Ticket.NewId()), Ticket.NewId());
}
