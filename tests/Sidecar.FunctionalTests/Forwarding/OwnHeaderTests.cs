namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>The one exception to byte-true: the sidecar's own cookies and ticket are nobody else's.</summary>
public class OwnHeaderTests(ForwardingWorld world)
{
    [Theory]
    [InlineData("session=a; theme=\"b c\";  odd ; =x; é=%", "session=a; theme=\"b c\";  odd ; =x; é=%")]
    [InlineData("sidecar-flow=secret", null)]
    [InlineData("sidecar-flow=secret; session=a;b=c", "session=a;b=c")]
    [InlineData("session=a; sidecar-flow=secret", "session=a")]
    [InlineData("session=a; __Host-sidecar-flow=secret;  b=c", "session=a;  b=c")]
    [InlineData("a=1; sidecar-verify=secret; __Host-sidecar-verify=secret; b=2", "a=1; b=2")]
    [InlineData("a=1; SIDECAR-FLOW=secret; __host-Sidecar-Verify =secret; b=2", "a=1; b=2")]
    [InlineData("a=1;sidecar-flow=secret;b=2", "a=1;b=2")]
    [InlineData("sidecar-flower=rose; my-sidecar-flow=x", "sidecar-flower=rose; my-sidecar-flow=x")]
    public async Task Cookie_OursAmongOthers_OnlyOthersArrive(string sent, string? arrives)
    {
        var wire = System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(sent));

        var echo = await world.EchoAsync("GET", "/demo/echo/c", new KeyValuePair<string, string>("Cookie", wire));

        Assert.Equal(arrives, echo.Value("Cookie"));
    }

    [Fact]
    public async Task Cookie_OnSeveralLines_OursIsTakenFromEach()
    {
        var echo = await world.EchoAsync("GET", "/demo/echo/c",
            new("Cookie", "a=1; sidecar-flow=secret"), new("Cookie", "sidecar-verify=secret"), new("Cookie", "b=2"));

        Assert.Equal("a=1; b=2", string.Join("; ", echo.Values("Cookie")));
    }

    [Theory]
    [InlineData("Sidecar-Ticket")]
    [InlineData("sidecar-ticket")]
    [InlineData("Sidecar_Ticket")]
    [InlineData("SIDECAR_TICKET")]
    public async Task Ticket_InAnySpelling_NeverArrives(string name)
    {
        var echo = await world.EchoAsync("POST", "/demo/echo/t", new(name, "secret"), new("X-Other", "kept"));

        Assert.DoesNotContain(echo.Headers, static header => header.Value.Contains("secret", StringComparison.Ordinal));
        Assert.Equal("kept", echo.Value("X-Other"));
    }
}

public sealed class YarpOwnHeaderTests(YarpWorld world) : OwnHeaderTests(world);
