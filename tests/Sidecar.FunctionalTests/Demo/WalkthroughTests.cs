using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Sidecar.FunctionalTests.Demo;

/// <summary>What the demo prints works when pasted.</summary>
public sealed class WalkthroughTests
{
    [Theory]
    [InlineData]
    [InlineData("--app", "v1")]
    [InlineData("--app", "rest")]
    public async Task Walkthrough_PastedIntoAShell_EndsWithTheNewPasswordInAndTheOldOneOut(params string[] arguments)
    {
        await using var demo = DemoProcess.Start(
            DemoProcess.FreePorts(), arguments, ("DOTNET_ENVIRONMENT", "Development"), ("SIDECAR__CAPTCHA__FIXED_ANSWER", "ACE49"));
        await demo.UntilReadyAsync();

        var answers = Answers(await PasteAsync(Script(demo.Output)));

        Assert.Equal(
            ["0 verification passed, email sent", "0 otp verified", "0 Password reset successful. Logged in.", "0 Welcome back!", "109 Email and password do not match!"],
            answers);
    }

    [Fact]
    public async Task Start_NothingSet_PrintsThePagesLinkFirst()
    {
        var ports = DemoProcess.FreePorts();
        await using var demo = DemoProcess.Start(ports);
        await demo.UntilReadyAsync();

        Assert.StartsWith($"open {ports.SidecarUrl}/user/forget ", demo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortTaken_IsNamed()
    {
        var ports = DemoProcess.FreePorts();
        using var squatter = new TcpListener(IPAddress.Loopback, ports.Inbox);
        squatter.Start();
        await using var demo = DemoProcess.Start(ports);

        Assert.Equal(1, await demo.ExitAsync());

        Assert.Contains($"port {ports.Inbox} (inbox) on 127.0.0.1 is taken", demo.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", demo.Error, StringComparison.Ordinal);
    }

    /// <summary>The one pair of parentheses that stand alone on their lines.</summary>
    private static string Script(string output)
    {
        var lines = output.Split('\n');
        var (from, to) = (Array.IndexOf(lines, "("), Array.LastIndexOf(lines, ")"));
        Assert.InRange(from, 0, to);
        return string.Join('\n', lines[from..(to + 1)]) + "\n";
    }

    private static async Task<string> PasteAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-s"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CAPTCHA"] = "ACE49";
        using var shell = Process.Start(start)!;
        await shell.StandardInput.WriteAsync(script);
        shell.StandardInput.Close();
        var error = shell.StandardError.ReadToEndAsync();
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, output + await error);
        return output;
    }

    private static List<string> Answers(string output) =>
        [.. output.Split('\n').Where(static line => line.StartsWith('{')).Select(static line => JsonNode.Parse(line)!).Select(static a => $"{a["code"]} {a["message"]}")];
}
