using Sidecar.Benchmarks.Proxies;

namespace Sidecar.Tests.Benchmarks;

public sealed class ProcessFiguresTests
{
    [Fact]
    public void UserTicks_NameWithBracketsAndSpaces_IsTheFourteenthField() =>
        Assert.Equal(777, ProcessFigures.UserTicks("42 (nginx: (worker) x) S 1 42 42 0 -1 4194560 100 0 3 0 777 888 5 6 20 0 1 0 999 1000 200\n"));

    [Fact]
    public void ResidentKibibytes_Status_IsItsLine() =>
        Assert.Equal(15272, ProcessFigures.ResidentKibibytes("Name:\tnginx\nVmHWM:\t   20000 kB\nVmRSS:\t   15272 kB\nRssAnon:\t    1000 kB\n"));

    [Fact]
    public void RunNanoseconds_Schedstat_IsTheFirstField() => Assert.Equal(123456789, ProcessFigures.RunNanoseconds("123456789 42 7\n"));

    [Theory]
    [InlineData("")]
    [InlineData("Name:\tkthreadd\n")]
    public void ResidentKibibytes_ProcessThatIsGone_IsNone(string status) => Assert.Equal(0, ProcessFigures.ResidentKibibytes(status));

    [Fact]
    public void Tree_ThisProcess_BeginsWithItAndHasFigures()
    {
        Assert.Equal(Environment.ProcessId, ProcessFigures.Tree(Environment.ProcessId)[0]);
        Assert.True(ProcessFigures.ResidentMebibytes(Environment.ProcessId) > 1);
        Assert.True(ProcessFigures.ProcessorMicroseconds(Environment.ProcessId) > 0);
    }

    [Theory]
    [InlineData("100.00    0.012345           2      5034        12 total")]
    [InlineData("100.00    0.012345           2      5034           total")]
    public void Total_SummaryOfStrace_IsTheCallsOfTheLastLine(string last) =>
        Assert.Equal(5034, Strace.Total($"% time     seconds  usecs/call     calls    errors syscall\n------ ----------- ----------- --------- --------- ----------------\n 60.00    0.01           2      3000        12 recvfrom\n------ ----------- ----------- --------- --------- ----------------\n{last}\n"));
}
