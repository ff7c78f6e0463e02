using Microsoft.Extensions.Time.Testing;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

public sealed class MemoryAddressLimitsTests : AddressLimitsContract
{
    // Not on a segment's edge, as a real clock is not.
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_750_000_123));
    private readonly MemoryOtpStore _store;

    public MemoryAddressLimitsTests() => _store = new MemoryOtpStore(_time, new StoreOptions());

    private protected override IOtpStore Store => _store;

    protected override void Advance(TimeSpan by) => _time.Advance(by);

    [Fact]
    public async Task Issue_ManyAddressesMailedToday_AreBoundedAndForgottenInTime()
    {
        var store = new MemoryOtpStore(_time, new StoreOptions { MaxFlows = 2 });
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(IssueOutcome.Issued, (await IssueToAStrangerAsync(store)).Outcome);
            _time.Advance(TimeSpan.FromMinutes(6));
        }

        Assert.Equal(IssueOutcome.StoreFull, (await IssueToAStrangerAsync(store)).Outcome);
        _time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(IssueOutcome.Issued, (await IssueToAStrangerAsync(store)).Outcome);
    }

    private static ValueTask<IssueResult> IssueToAStrangerAsync(MemoryOtpStore store)
    {
        var limit = new LimitOptions("recipient-day") { Permits = 10, Window = TimeSpan.FromHours(24) };
        var rules = new FlowRules(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(60), 5, TimeSpan.FromMinutes(30), 3) { Limits = new(limit, limit, limit) };
        var flow = new FlowKey(Purpose.Recovery, new AddressName(Ticket.NewId()), Ticket.NewId());
        return store.IssueAsync(new(flow, Ticket.NewId(), TimeSpan.FromSeconds(40), new("k1", "00", "ff"), "n1", rules), default);
    }
}
