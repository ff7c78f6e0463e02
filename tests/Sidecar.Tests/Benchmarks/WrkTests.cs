using Sidecar.Benchmarks.Proxies;

namespace Sidecar.Tests.Benchmarks;

public sealed class WrkTests
{
    private const string Output = """
        Running 2s test @ http://127.0.0.1:8080/
          1 threads and 64 connections
        Requests/sec:  14999.25
        result requests=30000 microseconds=2000100 failed=FAILED p50=620 p99=2310

        """;

    [Fact]
    public void Parse_LineOfTheScript_IsExact()
    {
        var result = Wrk.Parse(Output.Replace("FAILED", "0", StringComparison.Ordinal));

        Assert.Equal(new WrkResult(30000, 2.0001, 620, 2310), result);
        Assert.Equal(14999.25, result.Rate, 0.01);
    }

    [Fact]
    public void Parse_RequestsThatFailed_AreNoResult() =>
        Assert.Throws<InvalidDataException>(() => Wrk.Parse(Output.Replace("FAILED", "3", StringComparison.Ordinal)));

    [Fact]
    public void Parse_NoLine_ShowsWhatWasSaid() =>
        Assert.Contains("unable to connect", Assert.Throws<InvalidDataException>(() => Wrk.Parse("unable to connect to 127.0.0.1:8080")).Message, StringComparison.Ordinal);
}
