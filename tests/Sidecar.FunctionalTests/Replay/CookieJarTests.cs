using Microsoft.Extensions.Time.Testing;

namespace Sidecar.FunctionalTests.Replay;

public sealed class CookieJarTests
{
    private readonly CookieJar jar = new(new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero)));

    [Fact]
    public void Header_NothingStored_IsNull() => Assert.Null(jar.Header);

    [Fact]
    public void Store_SameName_Replaces()
    {
        jar.Store(["sidecar-flow=one; HttpOnly; Path=/; SameSite=Lax", "session=a==; Path=/"]);
        jar.Store(["sidecar-flow=two; HttpOnly; Path=/; SameSite=Lax"]);

        Assert.Equal("sidecar-flow=two; session=a==", jar.Header);
    }

    [Theory]
    [InlineData("sidecar-flow=; Max-Age=0; Path=/")]
    [InlineData("sidecar-flow=; Path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData("sidecar-flow=two; Secure; Path=/")]
    public void Store_OverOrSecure_IsNotKept(string setCookie)
    {
        jar.Store(["sidecar-flow=one"]);
        jar.Store([setCookie]);

        Assert.Null(jar.Header);
    }

    [Fact]
    public void Store_StillToCome_IsKept()
    {
        jar.Store(["sidecar-flow=one; Max-Age=300; expires=Sun, 22 Nov 2026 00:05:00 GMT"]);

        Assert.Equal("sidecar-flow=one", jar.Header);
    }
}
