using System.Security.Authentication;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>An app that is down is told once, and then how often.</summary>
public sealed class ForwardFailuresTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CapturingLogger<AppForwarder> _log = new();
    private readonly ForwardFailures _failures;

    public ForwardFailuresTests() => _failures = new(_clock, _log);

    public void Dispose() => _failures.Dispose();

    [Fact]
    public void Tell_Many_AreOneLineAndOneForEachPauseWithTheirCount()
    {
        Tell(100);
        Assert.Equal("SocketError", Assert.Single(_log.Events)["Error"]);

        _clock.Advance(ForwardFailures.Pause);
        Assert.Equal(["", "99"], Counts());
        Tell(7);
        _clock.Advance(ForwardFailures.Pause - TimeSpan.FromSeconds(1));
        Assert.Equal(2, _log.Events.Count);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["", "99", "7"], Counts());
    }

    [Fact]
    public void Tell_AfterAPauseWithoutAny_IsToldAtOnceAgain()
    {
        Tell(2);
        _clock.Advance(ForwardFailures.Pause);
        _clock.Advance(ForwardFailures.Pause);

        Tell(1);

        Assert.Equal(["", "1", ""], Counts());
    }

    [Fact]
    public void Tell_OtherAppOrOtherError_IsToldAtOnce()
    {
        Tell(1);
        _failures.Tell("http://other", "SocketError", null);
        _failures.Tell("http://app", "request_timed_out", null);

        Assert.Equal(3, _log.Events.Count);
    }

    [Fact]
    public void Dispose_WithSomeUntold_TellsThem()
    {
        Tell(3);

        _failures.Dispose();

        Assert.Equal(["", "2"], Counts());
    }

    [Fact]
    public void Tell_OfACertificate_NamesTheSetting()
    {
        _failures.Tell("https://app", "request", new AuthenticationException("the remote certificate of app.example is …"));

        var told = Assert.Single(_log.Events);
        Assert.Contains("listeners[].upstream_tls", told["Cause"], StringComparison.Ordinal);
        Assert.DoesNotContain("app.example", told["Cause"], StringComparison.Ordinal);
    }

    private void Tell(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _failures.Tell("http://app", "SocketError", new System.Net.Sockets.SocketException());
        }
    }

    /// <summary>The lines' counts; empty for one that stands for itself.</summary>
    private string[] Counts() => [.. _log.Events.Select(static line => line.GetValueOrDefault("Count", ""))];
}
