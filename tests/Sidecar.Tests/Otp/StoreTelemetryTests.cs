using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

public sealed class StoreTelemetryTests
{
    [Fact]
    public async Task Step_Measured_TellsOperationAndOutcomeAndNoAddress()
    {
        var seen = new ConcurrentBag<string>();
        using var meters = new MeterListener();
        meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "sidecar.store.duration")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => seen.Add(Text(tags.ToArray())));
        meters.Start();
        using var spans = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SidecarTelemetry.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span => seen.Add($"{span.DisplayName} {Text(span.TagObjects)}"),
        };
        ActivitySource.AddActivityListener(spans);
        var flow = new FlowKey(Purpose.Recovery, new AddressName(Ticket.NewId()), Ticket.NewId());

        var store = new MemoryOtpStore(new FakeTimeProvider(), new StoreOptions());

        // What nobody asked for is measured, and no trace of its own.
        await store.WithdrawAsync(flow, default, default);
        using var request = new Activity("a request").Start();
        await store.AttemptAsync(flow, default);

        Assert.Contains(seen, static text => text.StartsWith("operation=withdraw", StringComparison.Ordinal));
        Assert.DoesNotContain(seen, static text => text.StartsWith("store withdraw", StringComparison.Ordinal));
        Assert.Contains("operation=attempt,outcome=no_live_code", seen);
        Assert.Contains("store attempt outcome=no_live_code", seen);
        Assert.All(seen, text => Assert.DoesNotContain(flow.Address.Value, text, StringComparison.Ordinal));
    }

    private static string Text(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join(',', tags.Select(static tag => $"{tag.Key}={tag.Value}"));
}
