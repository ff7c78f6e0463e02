using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Sidecar.FunctionalTests.Demo;

/// <summary>What the demo prints works when pasted.</summary>
public sealed class WalkthroughTests
{
    private const string Sent = "0 verification passed, email sent";
    private const string Verified = "0 otp verified";
    private const string Reset = "0 Password reset successful. Logged in.";
    private const string Welcome = "0 Welcome back!";

    [Theory]
    [InlineData]
    [InlineData("--app", "v1")]
    [InlineData("--app", "rest")]
    public async Task Walkthrough_PastedIntoAShell_EndsWithTheNewPasswordInAndTheOldOneOut(params string[] arguments) =>
        Assert.Equal([Sent, Verified, Reset, Welcome, "109 Email and password do not match!"], await WalkAsync(arguments));

    [Fact]
    public async Task Walkthrough_OfTheGoReleases_EndsWithTheNewPasswordInAndTheOldOneOut() =>
        Assert.Equal([Sent, Verified, Reset, Welcome, "109 email and password do not match"], await WalkAsync("--app", "rest-go"));

    /// <summary>What these releases do with a proven reset: they log in, and keep the old password.</summary>
    [Fact]
    public async Task Walkthrough_OfTheOldestReleases_EndsWithTheOldPasswordIn() =>
        Assert.Equal([Sent, Reset, "109 Email and password do not match!", Welcome], await WalkAsync("--app", "v1-single"));

    [Fact]
    public async Task Start_NothingSet_PrintsThePagesLinkFirst()
    {
        var ports = DemoProcess.FreePorts();
        await using var demo = DemoProcess.Start(ports);
        await demo.UntilReadyAsync();

        Assert.StartsWith($"open {ports.SidecarUrl}/user/forget ", demo.Output, StringComparison.Ordinal);
    }

    /// <summary>A sidecar looks at its settings again while it runs, and says so loudly where one of their files is gone.</summary>
    [Fact]
    public async Task Start_Ready_TheKeyThatItsSettingsNameIsStillThere()
    {
        var temporary = Directory.CreateTempSubdirectory();
        try
        {
            await using var demo = DemoProcess.Start(DemoProcess.FreePorts(), ("TMPDIR", temporary.FullName));
            await demo.UntilReadyAsync();

            var key = Assert.Single(temporary.GetFiles("public.pem", SearchOption.AllDirectories));
            Assert.Contains("BEGIN PUBLIC KEY", await File.ReadAllTextAsync(key.FullName, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
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

    private static async Task<List<string>> WalkAsync(params string[] arguments)
    {
        await using var demo = DemoProcess.Start(
            DemoProcess.FreePorts(), arguments, ("DOTNET_ENVIRONMENT", "Development"), ("SIDECAR__CAPTCHA__FIXED_ANSWER", "ACE49"));
        await demo.UntilReadyAsync();
        return Answers(await PasteAsync(Script(demo.Output)));
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
